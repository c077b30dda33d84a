#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "files.hpp"
#include "metrics.hpp"
#include "pico/journal/journal.hpp"

namespace pico::journal {

/// So many damaged places of an epoch are remembered and logged.
inline constexpr std::size_t most_damage_reported = 1000;

/// One segment file, as far as it holds durable records.
struct Segment {
  std::filesystem::path path;
  std::uint32_t index = 0;
  Sequence first = 1;          ///< of its first record, whether it has one yet or not
  Sequence previous_last = 0;  ///< the last durable record before it
  Sequence last = 0;           ///< the last durable record up to its end
  std::uint64_t length = 0;    ///< bytes that hold durable blocks, the header included
  std::uint64_t size = 0;      ///< bytes on disk
  bool closed = false;         ///< nothing is appended any more
  std::optional<Files::TimePoint> released_at;
  bool doomed = false;  ///< its file is being deleted: readers pass it over
};

struct Epoch {
  EpochId id;
  bool live = false;
  std::deque<Segment> segments;
  Sequence last = 0;                                         ///< highest durable record
  Sequence released = 0;                                     ///< all records up to this one are committed elsewhere
  std::set<std::pair<std::uint32_t, std::uint64_t>> damage;  ///< places already reported: segment index, offset
};

/// Where a reader goes on.
struct Step {
  std::optional<Segment> segment;  ///< nothing: there is no more for now
  Sequence last = 0;               ///< the epoch's highest durable record at this moment
};

/// Which epochs and segments there are and how far they are durable: what the journal thread publishes, the readers follow and
/// the housekeeping deletes. Shared by all of them; thread-safe. Touches no file.
class Catalogue {
 public:
  explicit Catalogue(const Metrics& metrics) : metrics_(metrics) {}

  void add(Epoch epoch);
  /// Of the live epoch: a new segment, the end of the last one, and how far that is durable.
  void start_segment(Segment segment);
  void close_segment(Files::TimePoint now);
  void publish(std::uint64_t length, Sequence last);

  [[nodiscard]] std::vector<EpochInfo> epochs() const;
  /// Bytes on disk, the spare segment included.
  [[nodiscard]] std::uint64_t bytes() const;
  void set_spare_bytes(std::uint64_t bytes);
  /// Of the live epoch.
  [[nodiscard]] Sequence durable() const;

  /// The segment that holds the first record behind `after`, or the one to read first to get there.
  [[nodiscard]] Step locate(const EpochId& epoch, Sequence after) const;
  /// Behind `offset` of segment `index`: that segment, when it goes on there, else the one that follows it.
  [[nodiscard]] Step follow(const EpochId& epoch, std::uint32_t index, std::uint64_t offset) const;
  /// Waits until the epoch has a durable record behind `position`. False: time is up, the epoch is old and has none, or stop().
  bool wait(const EpochId& epoch, Sequence position, std::chrono::milliseconds at_most);
  /// Waits for the time to pass or stop(), for a reader that cannot go on.
  void pause(std::chrono::milliseconds at_most);
  void stop();

  /// Counts a damaged place in the metrics; true the first time, when it should be logged as well.
  bool report_damage(const EpochId& epoch, std::uint32_t index, std::uint64_t offset, Sequence lost);

  void release(const EpochId& epoch, Sequence sequence, Files::TimePoint now);
  /// The segments released at or before `since`, oldest first.
  [[nodiscard]] std::vector<std::filesystem::path> released(Files::TimePoint since) const;
  /// Before and after the deletion of a segment's file. An epoch is listed until the last of its files is gone for good, so that
  /// whoever keeps its position elsewhere does not forget that too early.
  void doom(const std::filesystem::path& path);
  void forget(const std::filesystem::path& path);

 private:
  [[nodiscard]] const Epoch* find(const EpochId& id) const;
  Epoch* find(const EpochId& id);
  Epoch& live() { return epochs_.back(); }
  [[nodiscard]] std::uint64_t total_bytes() const;
  void show() const;

  const Metrics metrics_;
  mutable std::mutex mutex_;
  std::condition_variable progress_;
  // guarded by mutex_
  std::deque<Epoch> epochs_;
  std::uint64_t spare_bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace pico::journal
