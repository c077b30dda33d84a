#include "question.hpp"

#include <charconv>

#include "pico/core/url.hpp"
#include "time_format.hpp"

namespace pico::api::micro_analytics {
namespace {

using std::chrono::seconds;

/// Of a time that is not given. Nothing is stored beyond.
constexpr Instant always = std::chrono::sys_days(std::chrono::year(1970) / 1 / 1), for_ever = std::chrono::sys_days(std::chrono::year(9999) / 1 / 1);
/// The end of the first period of that length is still of the year 9999 at most.
constexpr std::int64_t longest_interval = 250'000'000'000;

const Fault malformed{"InternalError", "the query is malformed: a % must be followed by two hexadecimal digits"};
const Fault wrong_time{"InvalidTimeFormat",
                       "start and end must be RFC 3339 (2015-11-20T12:00:00Z), RFC 1123 or seconds since 1970, and end must not be before start"};
const Fault wrong_interval{"InvalidInterval", "interval must be a whole number of seconds, at least 1"};
const Fault wrong_limit{"InvalidLimit", "limit must be a whole number, at least 1"};

bool is_hexadecimal(char c) { return std::string_view("0123456789abcdefABCDEF").find(c) != std::string_view::npos; }

bool is_well_formed(std::string_view query) {
  for (auto at = query.find('%'); at != std::string_view::npos; at = query.find('%', at + 1))
    if (at + 2 >= query.size() || !is_hexadecimal(query[at + 1]) || !is_hexadecimal(query[at + 2])) return false;
  return true;
}

/// Blank when it is not given, or is blank.
std::string value_of(std::string_view query, std::string_view name) {
  const auto value = query_value(query, name);
  return value ? percent_decode(*value, true) : std::string{};
}

/// Whole seconds; `absent` when it is not given. False: nobody can read it.
bool read_time(std::string_view query, std::string_view name, std::optional<Instant>& time) {
  const auto text = value_of(query, name);
  if (text.empty()) return true;
  const auto at = parse_time(text);
  if (!at) return false;
  if (!is_not_given(*at)) time = std::chrono::floor<seconds>(*at);
  return true;
}

/// False: it is no whole number from 1 to `most`.
bool read_number(const std::string& text, std::int64_t most, std::int64_t& number) {
  const auto* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= most;
}

}  // namespace

std::variant<Question, Fault> parse_question(std::string_view query) {
  if (!is_well_formed(query)) return malformed;
  Question question;
  std::optional<Instant> start, end;
  if (!read_time(query, "start", start) || !read_time(query, "end", end)) return wrong_time;
  if (start && end && *end < *start) return wrong_time;
  question.range = {start.value_or(always), end ? *end + seconds(1) : for_ever};
  question.unique = value_of(query, "unique") == "true";
  std::int64_t number = 0;
  if (const auto interval = value_of(query, "interval"); !interval.empty()) {
    if (!read_number(interval, longest_interval, number)) return wrong_interval;
    question.interval = seconds(number);
  }
  if (const auto limit = value_of(query, "limit"); !limit.empty()) {
    if (!read_number(limit, INT64_MAX, number)) return wrong_limit;
    question.limit = number;
  }
  return question;
}

}  // namespace pico::api::micro_analytics
