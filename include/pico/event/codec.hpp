#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "pico/event/enriched.hpp"

/// Enriched ⇄ bytes, the payload of a journal record. The first byte is the version; each_field() in src/event/codec.cpp lists
/// the fields in their order.
namespace pico::event {

inline constexpr std::uint8_t codec_version = 1;

/// Number of journal shards; an event's shard follows from its visitor, so all events of a visitor stay in order in one shard.
inline constexpr std::uint8_t shard_count = 16;
std::uint8_t shard_of(const Enriched& event);

/// Appends the encoded event to `out`.
void encode(const Enriched& event, std::vector<std::byte>& out);

/// The texts of the result are views into `bytes`. nullopt: not written by encode(), or by a newer version.
std::optional<Enriched> decode(std::span<const std::byte> bytes);

}  // namespace pico::event
