#include "pico/storage/day_feed.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "sql.hpp"

namespace pico::storage {
namespace {

[[noreturn]] void malformed() {
  throw std::logic_error("not the text of a snapshot");
}

/// Takes a number off the front of text.
std::uint64_t take_transaction(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) malformed();
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

void take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) malformed();
  text.remove_prefix(1);
}

/// `{1024,2048}`
void append_numbers(std::string_view array, std::vector<std::int64_t>& out) {
  for (array.remove_prefix(1); !array.starts_with('}');) {
    if (array.starts_with(',')) array.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(array.data(), array.data() + array.size(), value);
    if (error != std::errc{}) throw std::logic_error("not an array of numbers");
    array.remove_prefix(static_cast<std::size_t>(end - array.data()));
    out.push_back(value);
  }
}

}  // namespace

Snapshot Snapshot::parse(std::string_view text) {
  Snapshot snapshot;
  take_transaction(text);  // xmin: the first in progress, or `end`
  take(text, ':');
  snapshot.end = take_transaction(text);
  take(text, ':');
  while (!text.empty()) {
    if (!snapshot.in_progress.empty()) take(text, ',');
    snapshot.in_progress.push_back(take_transaction(text));
  }
  return snapshot;
}

std::string Snapshot::text() const {
  auto out = std::to_string(in_progress.empty() ? end : in_progress.front()) + ":" + std::to_string(end) + ":";
  for (std::size_t i = 0; i < in_progress.size(); ++i) out += (i == 0 ? "" : ",") + std::to_string(in_progress[i]);
  return out;
}

bool Snapshot::sees(std::uint64_t transaction) const {
  return transaction < end && !std::binary_search(in_progress.begin(), in_progress.end(), transaction);
}

std::strong_ordering Snapshot::operator<=>(const Snapshot& other) const {
  // `end` follows the highest transaction that has ended. As long as that is the same, those in progress below it can only end.
  if (end != other.end) return end <=> other.end;
  return other.in_progress.size() <=> in_progress.size();
}

FeedPosition feed_position(Connection& connection) {
  const auto row = connection.execute(sql("day_feed.position"));
  return {.snapshot = Snapshot::parse(row.text(0, 0)),
          .feed = row.get<std::optional<std::string>>(0, 1).value_or(""),
          .trimmed = static_cast<std::uint64_t>(row.get<std::optional<std::int64_t>>(0, 2).value_or(0))};
}

bool covers(const FeedPosition& now, const FeedPosition& then) {
  if (now.feed.empty() || now.feed != then.feed) return false;
  // What was removed had been committed. So of the transactions up to the last one removed, those that were not visible then must
  // still be in progress.
  if (then.snapshot.end <= now.trimmed) return false;
  return std::none_of(then.snapshot.in_progress.begin(), then.snapshot.in_progress.end(), [&](std::uint64_t transaction) {
    return transaction <= now.trimmed && now.snapshot.sees(transaction);
  });
}

std::optional<std::vector<std::int64_t>> visitors_changed(Connection& connection, SiteId site, Day day, const Snapshot& since,
                                                          std::size_t limit) {
  const auto rows =
      connection.execute(sql("day_feed.visitors_changed"), site, day, since.text(), static_cast<std::int64_t>(limit));
  std::vector<std::int64_t> visitors;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows.is_null(i, 0)) return std::nullopt;
    append_numbers(rows.text(i, 0), visitors);
  }
  return visitors;
}

}  // namespace pico::storage
