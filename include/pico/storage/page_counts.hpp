#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

/// Page views that come as numbers: `page` was seen `views` times in that hour. All functions throw DatabaseError.
namespace pico::storage {

/// Longest page, in bytes: what an index of Postgres can hold with room to spare.
inline constexpr std::size_t max_page_bytes = 2048;

struct PageCount {
  std::string page;  ///< not empty, valid UTF-8 without NUL; compared byte by byte
  Instant hour;      ///< a whole hour of UTC, of the years 1 to 9998
  std::int64_t views = 0;
};

/// Adds the counts, on a shard that nobody else writes to at the time (hold_shard). Keys (page, hour) are distinct and sorted. A page
/// that begins with the host of a site (`example.com/path`) belongs to it. Sums stay at the largest 64-bit number when they reach it.
void add_page_counts(Connection& connection, int shard, std::span<const PageCount> counts);

struct HourCount {
  Instant hour;
  std::int64_t views = 0;
  bool operator==(const HourCount&) const = default;
};

/// The page's views by hour, from `from` (a whole hour of UTC) until before `until`, in order; hours without views are left out.
/// What was handed in, and for `host/path` what the tracker counted there, bots left out.
std::vector<HourCount> page_hours(Connection& connection, std::string_view page, Instant from, Instant until);

/// Deletes the counts of the hours before `before`, in small transactions. Returns the number of rows.
std::size_t delete_page_counts_before(Connection& connection, Instant before);

/// Deletes the counts of a site's pages, also those from before it became a site.
void delete_page_counts_of(Connection& connection, int site_id, std::string_view domain);

/// Shards that writers can have to themselves.
inline constexpr int max_shards = 64;

/// Takes the lowest shard that no other session holds, for as long as this session lasts, so that writers never wait for each other.
/// With more writers than shards some share one: they wait for each other then, and the sums are right all the same.
int hold_shard(Connection& connection);

/// The first step of a counting transaction. False: the writer's batch of that number (or a later one) has been committed before;
/// roll back, it must not be counted again. Waits for an earlier attempt of the same batch that is still under way.
[[nodiscard]] bool begin_count_batch(Connection& connection, std::string_view writer_uuid, std::int64_t batch);

/// Forgets the batches of a writer that has stopped, and of those that have not counted for a week.
void forget_count_batches(Connection& connection, std::string_view writer_uuid);

}  // namespace pico::storage
