#include "time_format.hpp"

#include <array>
#include <utility>

#include "../scanner.hpp"

namespace pico::api::micro_analytics {
namespace {

using compat::Scanner;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::pair<std::string_view, int>, 12> zones{{{"z", 0}, {"ut", 0}, {"utc", 0}, {"gmt", 0}, {"est", -5}, {"edt", -4},
                                                                  {"cst", -6}, {"cdt", -5}, {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}}};

std::optional<Instant> instant_of(int year, int month, int day, milliseconds time, milliseconds offset) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const auto at = Instant(std::chrono::sys_days(date)) + time - offset;
  constexpr auto first = std::chrono::sys_days{std::chrono::year{0} / 1 / 1}, end = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};
  return at >= first && at < end ? std::optional(at) : std::nullopt;
}

/// `12:00:00`, with a fraction. A leap second is the one after it.
std::optional<milliseconds> take_clock(Scanner& in) {
  const auto hour = in.number(2, 2);
  if (!hour || !in.take(':')) return std::nullopt;
  const auto minute = in.number(2, 2);
  if (!minute || !in.take(':')) return std::nullopt;
  const auto second = in.number(2, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  milliseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  if ((in.peek() == '.' || in.peek() == ',') && compat::is_digit(in.peek(1))) {
    in.skip();
    time += milliseconds(in.fraction());
  }
  return time;
}

/// `+01:00`, `-0100`, and ` 01:00`, which was a plus.
std::optional<milliseconds> take_offset(Scanner& in) {
  const bool negative = in.peek() == '-';
  if (!negative && in.peek() != '+' && in.peek() != ' ') return std::nullopt;
  in.skip();
  std::size_t digits = 0;
  const auto given = in.number(2, 4, &digits);
  if (!given || digits == 3) return std::nullopt;
  const auto after = digits == 2 && in.take(':') ? in.number(2, 2) : std::nullopt;
  if (digits == 2 && !after) return std::nullopt;
  const int hours = after ? *given : *given / 100, minutes = after ? *after : *given % 100;
  if (hours > 23 || minutes > 59 || !in.done()) return std::nullopt;
  const milliseconds offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return negative ? -offset : offset;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  const auto year = in.number(4, 4);
  if (!year || !in.take('-')) return std::nullopt;
  const auto month = in.number(2, 2);
  if (!month || !in.take('-')) return std::nullopt;
  const auto day = in.number(2, 2);
  if (!day || (!in.take('T') && !in.take('t') && !in.take(' '))) return std::nullopt;
  const auto time = take_clock(in);
  if (!time) return std::nullopt;
  if (in.take('Z') || in.take('z')) return in.done() ? instant_of(*year, *month, *day, *time, 0ms) : std::nullopt;
  const auto offset = take_offset(in);
  return offset ? instant_of(*year, *month, *day, *time, *offset) : std::nullopt;
}

std::optional<milliseconds> take_zone(Scanner& in) {
  if (in.peek() == '+' || in.peek() == '-') return take_offset(in);
  const auto name = in.word();
  for (const auto& [zone, hours] : zones)
    if (zone == name) return in.done() ? std::optional<milliseconds>(std::chrono::hours(hours)) : std::nullopt;
  return std::nullopt;
}

template <std::size_t N>
std::optional<int> index_of(const std::array<std::string_view, N>& names, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == word) return static_cast<int>(i);
  return std::nullopt;
}

std::optional<Instant> parse_rfc1123(std::string_view text) {
  Scanner in(text);
  if (!index_of(weekdays, in.word()) || !in.take(',') || !in.take(' ')) return std::nullopt;
  const auto day = in.number(1, 2);
  if (!day || !in.take(' ')) return std::nullopt;
  const auto month = index_of(months, in.word());
  if (!month || !in.take(' ')) return std::nullopt;
  const auto year = in.number(4, 4);
  if (!year || !in.take(' ')) return std::nullopt;
  const auto time = take_clock(in);
  if (!time || !in.take(' ')) return std::nullopt;
  const auto offset = take_zone(in);
  return offset ? instant_of(*year, *month + 1, *day, *time, *offset) : std::nullopt;
}

std::optional<Instant> parse_unix(std::string_view text) {
  constexpr std::int64_t first = -62'167'219'200, end = 253'402'300'800;  // the years 0 to 9999
  std::int64_t seconds = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc{} || stop != text.data() + text.size() || seconds < first || seconds >= end) return std::nullopt;
  return Instant(std::chrono::seconds(seconds));
}

}  // namespace

std::optional<Instant> parse_time(std::string_view text) {
  constexpr std::size_t longest = 128;
  text = trim(text);
  if (text.empty() || text.size() > longest) return std::nullopt;
  if (compat::is_letter(text.front())) return parse_rfc1123(text);
  if (const auto at = parse_rfc3339(text)) return at;
  return parse_unix(text);
}

bool is_not_given(Instant at) { return at < std::chrono::sys_days{std::chrono::year{2} / 1 / 1}; }

std::string format_time(Instant at) {
  auto text = to_string(std::chrono::floor<std::chrono::seconds>(at));
  text.resize(text.size() - std::string_view(".000Z").size());
  return text + "Z";
}

}  // namespace pico::api::micro_analytics
