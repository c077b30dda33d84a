#pragma once
#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/metrics/registry.hpp"

/// The durable journal: bytes and sequence numbers, nothing else. Format: docs/journal-format.md.
///
/// Every process start opens a new epoch (a random id) and never appends to an old one; old epochs are read until they are
/// drained. A record's sequence number counts from 1 within its epoch; the numbers of records whose write failed are not used
/// again. A shard is a small number (0–15) that the caller gives each record.
namespace pico::journal {

using Sequence = std::uint64_t;  ///< 0: before the first record

struct EpochId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const EpochId&) const = default;
  [[nodiscard]] std::string hex() const;
  static std::optional<EpochId> from_hex(std::string_view hex);
};

struct Options {
  std::filesystem::path directory;              ///< created when missing
  std::uint64_t max_bytes = 8ull << 30;         ///< all segments together; past it submit() is answered `full`
  std::uint64_t segment_bytes = 64ull << 20;    ///< pre-allocated and zero-filled; at least 8 KiB
  std::uint64_t min_free_bytes = 1ull << 30;    ///< the disk keeps this much free (or 5 % of it, the smaller): else `full`
  std::chrono::microseconds group_window{500};  ///< longest wait for more groups before a sync; adapts below it
  /// Released segments stay this long, for databases that go back in time. They go earlier when their room is needed: the oldest
  /// first, before anything is answered `full`.
  std::chrono::minutes keep{10};
};

/// Most bytes that a Group may have (or what fits into a segment, when that is less); a larger one is answered `failed`.
inline constexpr std::size_t max_group_bytes = (1 << 20) - 40;

/// What became of a submitted group.
enum class Outcome : std::uint8_t {
  durable,  ///< on disk
  full,     ///< journal or disk full: not written
  failed,   ///< a write or sync failed: treat as not written (it may surface after a crash; it was not acknowledged)
};

/// Records that are written together. `framed` is built by GroupBuilder.
struct Group {
  std::vector<std::byte> framed;
  std::uint32_t records = 0;
  /// Called once, on the journal thread, after the group's fate is known. Must not block.
  std::function<void(Outcome)> done;
};

/// Frames records for a Group. Not thread-safe.
class GroupBuilder {
 public:
  void add(std::uint8_t shard, std::span<const std::byte> payload);
  [[nodiscard]] std::size_t bytes() const { return group_.framed.size(); }
  [[nodiscard]] std::uint32_t records() const { return group_.records; }
  /// Hands the group over and starts an empty one.
  Group take(std::function<void(Outcome)> done);

 private:
  Group group_;
};

/// A record as read back. The payload is a view that lives until the reader's next call.
struct Entry {
  Sequence sequence = 0;
  std::uint8_t shard = 0;
  std::span<const std::byte> payload;
};

/// Reads one epoch in order, never past its durable end. One thread at a time. Damage in the middle is skipped to the next good
/// block, counted in the metrics and logged with its position.
class Reader {
 public:
  virtual ~Reader() = default;
  /// The next record, or false: there is none for now. at_end() says why.
  virtual bool next(Entry& entry) = 0;
  /// After next() was false. True: everything durable has been read; of an old epoch there is no more. False: a place could not be read,
  /// which may pass: try again. After 5 minutes next() takes it for damage and goes on behind it, unless the file is there and merely
  /// cannot be opened by this process (no descriptors, no permission): that is waited for without end.
  [[nodiscard]] virtual bool at_end() const = 0;
  /// Continues behind `after`: the next record is the first one with a greater sequence number.
  virtual void seek(Sequence after) = 0;
  /// Waits until a record behind the position is durable. False: time is up, or the epoch is old and has no more, or the journal
  /// stops.
  virtual bool wait(std::chrono::milliseconds at_most) = 0;
};

struct EpochInfo {
  EpochId id;
  bool live = false;   ///< the one this process appends to
  Sequence first = 0;  ///< lowest sequence number still on disk; 0 when there is none
  Sequence last = 0;   ///< highest durable sequence number; 0 when there was none yet
};

/// ok: accepting. full: no room, will recover by itself. failed: the disk fails; a new segment is tried again and again.
enum class State : std::uint8_t { ok, full, failed };

class Files;  // src/journal/files.hpp: the file operations, which tests can make fail

/// One journal thread appends, syncs and calls Group::done; everything public is thread-safe unless said otherwise.
/// Owns its thread and files. stop() (or the destructor) syncs what was submitted before and ends the thread.
class Journal {
 public:
  /// Locks the directory (flock; Errc::conflict with a clear sentence when another process has it), recovers what is there, opens
  /// a new epoch.
  static Result<std::unique_ptr<Journal>> open(const Options& options, metrics::Registry& registry);
  /// For tests: with files that can fail.
  static Result<std::unique_ptr<Journal>> open(const Options& options, metrics::Registry& registry, std::shared_ptr<Files> files);
  virtual ~Journal() = default;

  /// Never blocks on the disk. After stop() the group is answered `failed` at once, on the caller's thread.
  virtual void submit(Group group) = 0;

  [[nodiscard]] virtual State state() const = 0;
  /// A sentence for /ready; empty when the state is ok.
  [[nodiscard]] virtual std::string problem() const = 0;
  /// How long the oldest group that is not yet on disk has been waiting; zero when none is.
  [[nodiscard]] virtual std::chrono::milliseconds oldest_wait() const = 0;

  [[nodiscard]] virtual EpochId epoch() const = 0;
  [[nodiscard]] virtual Sequence durable() const = 0;
  /// Bytes of all segments on disk.
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
  /// Every epoch on disk, oldest first, the live one last.
  [[nodiscard]] virtual std::vector<EpochInfo> epochs() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Reader> reader(const EpochId& epoch) = 0;
  /// All records of the epoch up to and including `sequence` are committed elsewhere. Segments that hold no other record are
  /// deleted once they have been released for Options::keep. The last call counts: a lower number takes back what is still on
  /// disk, for a database that went back in time. Takes a lock for a moment; touches no file and calls nobody back.
  virtual void release(const EpochId& epoch, Sequence sequence) = 0;
  virtual void stop() = 0;
};

}  // namespace pico::journal
