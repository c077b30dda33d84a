#pragma once
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "catalogue.hpp"
#include "files.hpp"

namespace pico::journal {

/// An empty segment: zero-filled and synced, so that writing into it changes no metadata and a sync costs one flush.
struct Spare {
  std::filesystem::path path;
  std::unique_ptr<File> file;
};

/// True while the disk keeps the free space that Options::min_free_bytes asks for, with `more` bytes less.
Result<bool> disk_has_room(Files& files, const Options& options, std::uint64_t more);

/// The housekeeping thread: keeps one empty segment ready, so that rotation stalls no group, and deletes released segments.
/// Owns its thread and the spare. take() is for the journal thread, the rest is thread-safe.
class Supply {
 public:
  Supply(std::shared_ptr<Files> files, std::shared_ptr<Catalogue> catalogue, const Options& options);
  /// Ends the thread and removes the spare.
  ~Supply();

  /// The spare, or a new one when there is none yet; waits while that is written.
  /// Errc::unavailable: no room; Errc::io: the disk fails.
  Result<Spare> take();
  /// Has the thread prepare a spare, now that the catalogue knows what became of the last one.
  void prepare_next();
  /// Has the thread look for segments to delete, now.
  void tidy();

 private:
  void run();
  void delete_released(bool want_spare);
  bool delete_segment(const std::filesystem::path& path);
  Result<bool> room_for_spare();
  Result<Spare> prepare();
  Result<void> fill(File& file);
  void discard(const Spare& spare);

  // constant after construction
  const std::shared_ptr<Files> files_;
  const std::shared_ptr<Catalogue> catalogue_;
  const Options options_;

  std::atomic<bool> stopping_{false};
  std::uint64_t prepared_ = 0;  // of the thread: makes the names differ

  std::mutex mutex_;
  std::condition_variable wake_, answered_;
  // guarded by mutex_
  bool wanted_ = true;
  bool tidy_ = false;
  std::optional<Result<Spare>> answer_;

  std::thread thread_;
};

}  // namespace pico::journal
