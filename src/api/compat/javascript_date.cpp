#include "javascript_date.hpp"

#include <array>

#include "scanner.hpp"

namespace pico::api::compat {
namespace {

using namespace std::chrono_literals;

struct Fields {
  std::optional<int> year, month, day;
  std::optional<std::chrono::milliseconds> time, offset;
};

std::optional<Instant> instant_of(const Fields& fields) {
  if (!fields.year || !fields.month || !fields.day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*fields.year), std::chrono::month(static_cast<unsigned>(*fields.month)),
                                         std::chrono::day(static_cast<unsigned>(*fields.day))};
  if (*fields.year < 2 || *fields.year > 9998 || !date.ok()) return std::nullopt;
  return Instant(std::chrono::sys_days(date)) + fields.time.value_or(0ms) - fields.offset.value_or(0ms);
}

/// `10:00`, `10:00:59`, `10:00:59.999`, up to `24:00`.
std::optional<std::chrono::milliseconds> take_time(Scanner& in) {
  const auto hour = in.number(1, 2);
  if (!hour || !in.take(':')) return std::nullopt;
  const auto minute = in.number(2, 2);
  if (!minute) return std::nullopt;
  int second = 0, milliseconds = 0;
  if (in.take(':')) {
    const auto given = in.number(2, 2);
    if (!given) return std::nullopt;
    second = *given;
    if ((in.peek() == '.' || in.peek() == ',') && is_digit(in.peek(1))) {
      in.skip();
      milliseconds = in.fraction();
    }
  }
  const auto time = std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(second) + std::chrono::milliseconds(milliseconds);
  if (*minute > 59 || second > 59 || time > 24h) return std::nullopt;
  return time;
}

/// What follows the sign: `02:00`, `0200`, `02`.
std::optional<std::chrono::milliseconds> take_offset(Scanner& in, bool negative) {
  std::size_t digits = 0;
  const auto given = in.number(1, 4, &digits);
  if (!given || digits == 3) return std::nullopt;
  int hours = digits == 4 ? *given / 100 : *given, minutes = digits == 4 ? *given % 100 : 0;
  if (digits <= 2 && in.take(':')) {
    const auto after = in.number(2, 2);
    if (!after) return std::nullopt;
    minutes = *after;
  }
  if (hours > 23 || minutes > 59) return std::nullopt;
  const auto offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return negative ? -offset : offset;
}

bool take_zone(Scanner& in, Fields& fields) {
  if (in.done()) return true;
  if (in.take('Z') || in.take('z')) {
    fields.offset = 0ms;
    return in.done();
  }
  const bool negative = in.peek() == '-';
  if (!negative && in.peek() != '+') return false;
  in.skip();
  fields.offset = take_offset(in, negative);
  return fields.offset && in.done();
}

/// `2025`, `2025-07`, `2025-07-16`, with a time behind any of them.
std::optional<Instant> parse_iso(std::string_view text) {
  Scanner in(text);
  Fields fields;
  fields.month = fields.day = 1;
  if (!(fields.year = in.number(4, 4))) return std::nullopt;
  if (in.take('-') && !(fields.month = in.number(2, 2))) return std::nullopt;
  if (in.take('-') && !(fields.day = in.number(2, 2))) return std::nullopt;
  if (in.done()) return instant_of(fields);
  if (!in.take('T') && !in.take('t') && !in.take(' ') && !in.take('_')) return std::nullopt;
  fields.time = take_time(in);
  in.take(' ');
  if (!fields.time || !take_zone(in, fields)) return std::nullopt;
  return instant_of(fields);
}

/// The index of the name that `word` is the beginning of, three letters at least.
template <std::size_t N>
std::optional<int> index_of(const std::array<std::string_view, N>& names, std::string_view word) {
  for (std::size_t i = 0; word.size() >= 3 && i < N; ++i)
    if (names[i].starts_with(word)) return static_cast<int>(i);
  return std::nullopt;
}

constexpr std::array<std::string_view, 12> months{"january", "february", "march",     "april",   "may",      "june",
                                                  "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> weekdays{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::array<std::pair<std::string_view, int>, 12> zones{{{"z", 0}, {"ut", 0}, {"utc", 0}, {"gmt", 0}, {"est", -5}, {"edt", -4},
                                                                  {"cst", -6}, {"cdt", -5}, {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}}};

bool apply_half_day(Fields& fields, bool afternoon) {
  if (!fields.time || *fields.time >= 13h) return false;
  if (*fields.time >= 12h) *fields.time -= 12h;
  if (afternoon) *fields.time += 12h;
  return true;
}

bool apply_word(Fields& fields, const std::string& word) {
  if (const auto month = index_of(months, word)) {
    if (fields.month) return false;
    fields.month = *month + 1;
    return true;
  }
  if (index_of(weekdays, word)) return true;
  if (word == "am" || word == "pm") return apply_half_day(fields, word == "pm");
  for (const auto& [name, hours] : zones) {
    if (name != word) continue;
    fields.offset = std::chrono::hours(hours);
    return true;
  }
  return word == "t" && !fields.time;
}

void set_year(Fields& fields, int value, std::size_t digits) {
  fields.year = digits > 2 ? value : value < 50 ? 2000 + value : 1900 + value;
}

/// A number that is no time: a day, a year, or the beginning of `7/16/2025`.
bool apply_number(Fields& fields, Scanner& in) {
  std::size_t digits = 0;
  const auto value = in.number(1, 4, &digits);
  if (!value) return false;
  if (in.take('/')) {
    std::size_t year_digits = 0;
    fields.month = value;
    fields.day = in.number(1, 2);
    if (!fields.day || !in.take('/')) return false;
    const auto year = in.number(2, 4, &year_digits);
    if (year) set_year(fields, *year, year_digits);
    return year.has_value();
  }
  if (digits <= 2 && !fields.day) {
    fields.day = value;
  } else {
    if (fields.year) return false;
    set_year(fields, *value, digits);
  }
  return true;
}

/// How far `10:00` is from here: whether digits and a colon come next.
bool at_time(const Scanner& in) {
  return is_digit(in.peek()) && (in.peek(1) == ':' || (is_digit(in.peek(1)) && in.peek(2) == ':'));
}

bool skip_comment(Scanner& in) {
  int depth = 0;
  do {
    if (in.done()) return false;
    depth += in.peek() == '(' ? 1 : in.peek() == ')' ? -1 : 0;
    in.skip();
  } while (depth > 0);
  return true;
}

/// Words and numbers in any order, as RFC 2822 and Date's own output have them.
std::optional<Instant> parse_words(std::string_view text) {
  Scanner in(text);
  Fields fields;
  while (!in.done()) {
    const char c = in.peek();
    bool understood = true;
    if (c == '(') {
      understood = skip_comment(in);
    } else if (is_letter(c)) {
      understood = apply_word(fields, in.word());
    } else if (at_time(in)) {
      understood = !fields.time && (fields.time = take_time(in));
    } else if (is_digit(c)) {
      understood = apply_number(fields, in);
    } else if ((c == '+' || c == '-') && fields.time) {
      in.skip();
      understood = (fields.offset = take_offset(in, c == '-')).has_value();
    } else if (c == ' ' || c == ',' || c == '-' || c == '.') {
      in.skip();
    } else {
      return std::nullopt;
    }
    if (!understood) return std::nullopt;
  }
  return instant_of(fields);
}

}  // namespace

std::optional<Instant> parse_javascript_date(std::string_view text) {
  constexpr std::size_t longest = 128;
  text = trim(text);
  if (text.size() > longest) return std::nullopt;
  if (const auto iso = parse_iso(text)) return iso;
  return parse_words(text);
}

}  // namespace pico::api::compat
