#include "dates.hpp"

#include <charconv>

namespace pico::api {
namespace {

using namespace std::chrono_literals;

/// The text is read off from the front; after the first mismatch nothing fits any more.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    const auto part = rest_.substr(0, count);
    if (part.size() != count || part.find_first_not_of("0123456789") != std::string_view::npos) return ok_ = false, 0;
    std::from_chars(part.data(), part.data() + part.size(), value);
    rest_.remove_prefix(count);
    return value;
  }
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) { ok_ = take(wanted) && ok_; }
  void skip_digits() { rest_.remove_prefix(std::min(rest_.find_first_not_of("0123456789"), rest_.size())); }
  [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Day> read_day(Reader& in) {
  const std::chrono::year year(in.digits(4));
  in.expect('-');
  const std::chrono::month month(static_cast<unsigned>(in.digits(2)));
  in.expect('-');
  const std::chrono::day day(static_cast<unsigned>(in.digits(2)));
  const auto date = year / month / day;
  if (!in.ok() || !date.ok() || year < 1970y || year > 2099y) return std::nullopt;
  return Day(date);
}

/// East of UTC.
std::optional<std::chrono::minutes> read_offset(Reader& in) {
  if (in.take('Z')) return 0min;
  const bool west = in.take('-');
  if (!west) in.expect('+');
  const std::chrono::hours hours(in.digits(2));
  in.expect(':');
  const std::chrono::minutes minutes(in.digits(2));
  if (!in.ok() || hours > 18h || minutes > 59min) return std::nullopt;
  return west ? -(hours + minutes) : hours + minutes;
}

}  // namespace

std::optional<Day> parse_day(std::string_view text) {
  Reader in(text);
  const auto day = read_day(in);
  return in.finished() ? day : std::nullopt;
}

std::optional<Instant> parse_second(std::string_view text) {
  Reader in(text);
  const auto day = read_day(in);
  in.expect('T');
  const std::chrono::hours hours(in.digits(2));
  in.expect(':');
  const std::chrono::minutes minutes(in.digits(2));
  in.expect(':');
  const std::chrono::seconds seconds(in.digits(2));
  if (in.take('.')) in.skip_digits();
  const auto offset = read_offset(in);
  if (!day || !offset || !in.finished() || hours > 23h || minutes > 59min || seconds > 59s) return std::nullopt;
  return Instant(*day + hours + minutes + seconds - *offset);
}

}  // namespace pico::api
