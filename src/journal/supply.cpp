#include "supply.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "format.hpp"

namespace pico::journal {
namespace {

constexpr std::chrono::seconds tidy_interval{1};
constexpr std::size_t fill_bytes = 1 << 20;
/// Zeros are synced in pieces, so that the disk never has a whole segment to flush while a group waits.
constexpr std::uint64_t fill_sync_bytes = 4 << 20;

}  // namespace

Result<bool> disk_has_room(Files& files, const Options& options, std::uint64_t more) {
  const auto space = files.space(options.directory);
  if (!space) return space.error();
  return space->available >= std::min(options.min_free_bytes, space->total / 20) + more;
}

Supply::Supply(std::shared_ptr<Files> files, std::shared_ptr<Catalogue> catalogue, const Options& options)
    : files_(std::move(files)), catalogue_(std::move(catalogue)), options_(options), thread_([this] { run(); }) {}

Supply::~Supply() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  if (answer_ && *answer_) discard(**answer_);
}

Result<Spare> Supply::take() {
  std::unique_lock lock(mutex_);
  if (!answer_ || !*answer_) {  // an old failure may be over
    answer_.reset();
    wanted_ = true;
    wake_.notify_one();
    answered_.wait(lock, [this] { return answer_.has_value(); });
  }
  auto answer = std::move(*answer_);
  answer_.reset();
  catalogue_->set_spare_bytes(0);
  return answer;
}

void Supply::prepare_next() {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  wake_.notify_one();
}

void Supply::tidy() {
  {
    const std::lock_guard lock(mutex_);
    tidy_ = true;
  }
  wake_.notify_one();
}

void Supply::run() {
  pthread_setname_np(pthread_self(), "journal-keep");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    tidy_ = false;
    const bool wanted = wanted_ && !answer_;
    lock.unlock();
    delete_released(wanted);
    std::optional<Result<Spare>> made;
    if (wanted) made.emplace(prepare());
    lock.lock();
    if (made) {
      answer_.emplace(std::move(*made));
      wanted_ = false;
      answered_.notify_one();
    }
    wake_.wait_for(lock, tidy_interval, [this] { return stopping_ || tidy_ || (wanted_ && !answer_); });
  }
}

/// Deletes what has been kept long enough, and then, oldest first, what stands in the way of new records.
void Supply::delete_released(bool want_spare) {
  for (const auto& path : catalogue_->released(files_->now() - options_.keep)) {
    if (!delete_segment(path)) return;
  }
  for (const auto& path : catalogue_->released(Files::TimePoint::max())) {
    const auto room = want_spare ? room_for_spare() : disk_has_room(*files_, options_, 0);
    if (!room || *room) return;
    spdlog::warn("journal: there is no room; {} is deleted before its time.", path.filename().string());
    if (!delete_segment(path)) return;
  }
}

bool Supply::delete_segment(const std::filesystem::path& path) {
  catalogue_->doom(path);
  auto removed = files_->remove(path);
  if (removed) removed = files_->sync_directory(options_.directory);
  if (removed) {
    catalogue_->forget(path);
  } else {
    spdlog::error("journal: {}", removed.error().message);
  }
  return removed.has_value();
}

Result<bool> Supply::room_for_spare() {
  if (catalogue_->bytes() + options_.segment_bytes > options_.max_bytes) return false;
  return disk_has_room(*files_, options_, options_.segment_bytes);
}

Result<Spare> Supply::prepare() {
  const auto room = room_for_spare();
  if (!room) return room.error();
  if (!*room) return Error{Errc::unavailable, "There is no room for another journal segment: the journal or the disk is full."};

  Spare spare{options_.directory / ("spare-" + std::to_string(prepared_++) + std::string(unfinished_suffix)), nullptr};
  auto file = files_->create(spare.path);
  if (!file) return file.error();
  spare.file = std::move(*file);
  catalogue_->set_spare_bytes(options_.segment_bytes);
  if (const auto filled = fill(*spare.file); !filled) {
    discard(spare);
    return filled.error();
  }
  return spare;
}

Result<void> Supply::fill(File& file) {
  if (auto reserved = file.reserve(options_.segment_bytes); !reserved) return reserved;
  const std::vector<std::byte> zeros(static_cast<std::size_t>(std::min<std::uint64_t>(fill_bytes, options_.segment_bytes)));
  std::uint64_t unsynced = 0;
  for (std::uint64_t offset = 0; offset < options_.segment_bytes && !stopping_;) {
    const auto n = std::min<std::uint64_t>(zeros.size(), options_.segment_bytes - offset);
    if (auto written = file.write(std::span(zeros).first(static_cast<std::size_t>(n)), offset); !written) return written;
    offset += n;
    unsynced += n;
    if (unsynced < fill_sync_bytes && offset < options_.segment_bytes) continue;
    if (auto synced = file.sync(); !synced) return synced;
    unsynced = 0;
  }
  return {};
}

void Supply::discard(const Spare& spare) {
  catalogue_->set_spare_bytes(0);
  if (const auto removed = files_->remove(spare.path); !removed) spdlog::error("journal: {}", removed.error().message);
}

}  // namespace pico::journal
