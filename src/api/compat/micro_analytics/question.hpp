#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "fault.hpp"
#include "pico/storage/micro_reports.hpp"

/// What a request asks for, besides its path.
namespace pico::api::micro_analytics {

struct Question {
  storage::MicroRange range;
  bool unique = false;
  std::chrono::seconds interval{86'400};
  std::optional<std::int64_t> limit;  ///< of a list of visits
};

/// Reads a query string: `start`, `end`, `unique`, `interval`, `limit`. Of a parameter that stands twice the first one holds; unknown ones
/// are left out.
std::variant<Question, Fault> parse_question(std::string_view query);

}  // namespace pico::api::micro_analytics
