#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <streambuf>

#include "item.hpp"

/// Reads the bodies of inserting requests in one pass: a list may be as long as it likes, what is held is one item.
namespace pico::api::micro_analytics {

/// What is read: an item, or an object whose `list` is of items.
enum class BodyForm : std::uint8_t { item, list };

struct ReaderLimits {
  std::size_t item_bytes = 1u << 20;  ///< of an item, and of whatever stands outside of items; to within a few KiB
  std::size_t depth = 32;             ///< of nesting
};

/// Where a body's bytes come from: the next ones, blank at the end. They live until the next call. May throw.
using NextBytes = std::function<std::string_view()>;

/// Called with each item, which may be changed. False ends the reading.
using TakeItem = std::function<bool(Item&)>;

/// Reads a body to its end and checks that it is JSON of that form. Types are strict (texts are texts; `headers` are of texts; null is
/// "not given"); keys are known in any case and in any order; what else there is, is left out. The last one wins where a key stands
/// twice, but a second list is a fault.
///
/// The fault (InvalidJSON) may come after items have been taken. nullopt: all was read, or take_item ended it.
/// Lets through what `next_bytes` and `take_item` throw.
std::optional<Fault> read_items(const NextBytes& next_bytes, BodyForm form, const TakeItem& take_item, const ReaderLimits& limits = {});

}  // namespace pico::api::micro_analytics
