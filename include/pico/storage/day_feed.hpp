#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

/// The reader's side of the feed that storage::announce() writes: how one who knows the facts of a day as of an earlier moment
/// learns which visitors have changed since. docs/decisions/0011-cubes-and-feed.md says why nothing is missed.
namespace pico::storage {

/// What a transaction sees: those that ended before `end`, except those that were in progress.
struct Snapshot {
  std::uint64_t end = 0;
  std::vector<std::uint64_t> in_progress;  ///< rising, all below `end`

  /// Postgres' text form of pg_snapshot: `xmin:xmax:xip,…`. Throws std::logic_error for anything else.
  static Snapshot parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  /// Whether it sees what the transaction did, if that was committed.
  [[nodiscard]] bool sees(std::uint64_t transaction) const;

  bool operator==(const Snapshot&) const = default;
  /// Snapshots of one server are in one order: whatever the lesser sees, the greater sees, too.
  std::strong_ordering operator<=>(const Snapshot& other) const;
};

/// A moment in the life of the feed.
struct FeedPosition {
  Snapshot snapshot;
  std::string feed;           ///< another one after a loss, a restart of Postgres, a restore; blank: there is none
  std::uint64_t trimmed = 0;  ///< rows of transactions up to this one may have been removed
};

/// As the connection's transaction (REPEATABLE READ) sees it, as all below. Throws DatabaseError.
FeedPosition feed_position(Connection& connection);

/// Whether the feed at `now` still tells all that has changed since `then`, which is not later.
bool covers(const FeedPosition& now, const FeedPosition& then);

/// The visitors whose facts of the day have changed since, in no order, some more than once. nullopt: anything may have changed,
/// or the feed names more than `limit`. The transaction's position must cover `since`. Throws DatabaseError.
std::optional<std::vector<std::int64_t>> visitors_changed(Connection& connection, SiteId site, Day day, const Snapshot& since,
                                                          std::size_t limit);

}  // namespace pico::storage
