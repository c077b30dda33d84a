#include "catalogue.hpp"

#include <algorithm>

namespace pico::journal {
namespace {

EpochInfo info_of(const Epoch& epoch) {
  EpochInfo info{epoch.id, epoch.live, 0, epoch.last};
  for (const auto& segment : epoch.segments) {
    if (segment.doomed || segment.last < segment.first) continue;
    info.first = segment.first;
    break;
  }
  return info;
}

/// Brings the times of release in line with what the epoch has released.
void mark_released(Epoch& epoch, Files::TimePoint now) {
  for (auto& segment : epoch.segments) {
    if (segment.doomed) continue;
    if (!segment.closed || segment.last > epoch.released) {
      segment.released_at.reset();
    } else if (!segment.released_at) {
      segment.released_at = now;
    }
  }
}

using Segments = std::deque<Segment>;

/// The first segment from here on that readers may have.
std::optional<Segment> readable(const Segments& segments, Segments::const_iterator from) {
  const auto it = std::find_if(from, segments.end(), [](const Segment& segment) { return !segment.doomed; });
  if (it == segments.end()) return std::nullopt;
  return *it;
}

}  // namespace

const Epoch* Catalogue::find(const EpochId& id) const {
  const auto it = std::ranges::find(epochs_, id, &Epoch::id);
  return it == epochs_.end() ? nullptr : &*it;
}

Epoch* Catalogue::find(const EpochId& id) {
  return const_cast<Epoch*>(std::as_const(*this).find(id));
}

std::uint64_t Catalogue::total_bytes() const {
  std::uint64_t bytes = spare_bytes_;
  for (const auto& epoch : epochs_) {
    for (const auto& segment : epoch.segments) bytes += segment.size;
  }
  return bytes;
}

void Catalogue::show() const {
  std::size_t segments = 0;
  for (const auto& epoch : epochs_) segments += epoch.segments.size();
  metrics_.segments.Set(static_cast<double>(segments));
  metrics_.bytes.Set(static_cast<double>(total_bytes()));
}

void Catalogue::add(Epoch epoch) {
  const std::lock_guard lock(mutex_);
  epochs_.push_back(std::move(epoch));
  show();
}

void Catalogue::start_segment(Segment segment) {
  const std::lock_guard lock(mutex_);
  live().segments.push_back(std::move(segment));
  show();
}

void Catalogue::close_segment(Files::TimePoint now) {
  const std::lock_guard lock(mutex_);
  live().segments.back().closed = true;
  mark_released(live(), now);
}

void Catalogue::publish(std::uint64_t length, Sequence last) {
  {
    const std::lock_guard lock(mutex_);
    auto& segment = live().segments.back();
    segment.length = length;
    segment.last = last;
    live().last = last;
  }
  progress_.notify_all();
}

std::vector<EpochInfo> Catalogue::epochs() const {
  const std::lock_guard lock(mutex_);
  std::vector<EpochInfo> out;
  out.reserve(epochs_.size());
  for (const auto& epoch : epochs_) out.push_back(info_of(epoch));
  return out;
}

std::uint64_t Catalogue::bytes() const {
  const std::lock_guard lock(mutex_);
  return total_bytes();
}

void Catalogue::set_spare_bytes(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  spare_bytes_ = bytes;
  show();
}

Sequence Catalogue::durable() const {
  const std::lock_guard lock(mutex_);
  return epochs_.back().last;
}

Step Catalogue::locate(const EpochId& id, Sequence after) const {
  const std::lock_guard lock(mutex_);
  const auto* epoch = find(id);
  if (epoch == nullptr) return {};
  const auto& segments = epoch->segments;
  const auto behind = std::ranges::upper_bound(segments, after + 1, {}, &Segment::first);
  return {readable(segments, behind == segments.begin() ? behind : std::prev(behind)), epoch->last};
}

Step Catalogue::follow(const EpochId& id, std::uint32_t index, std::uint64_t offset) const {
  const std::lock_guard lock(mutex_);
  const auto* epoch = find(id);
  if (epoch == nullptr) return {};
  auto it = std::ranges::lower_bound(epoch->segments, index, {}, &Segment::index);
  if (it != epoch->segments.end() && it->index == index && it->length <= offset) ++it;
  return {readable(epoch->segments, it), epoch->last};
}

bool Catalogue::wait(const EpochId& id, Sequence position, std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  bool more = false;
  progress_.wait_for(lock, at_most, [&] {
    const auto* epoch = find(id);
    more = epoch != nullptr && epoch->last > position;
    return more || stopped_ || epoch == nullptr || !epoch->live;
  });
  return more;
}

void Catalogue::pause(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  progress_.wait_for(lock, at_most, [this] { return stopped_; });
}

void Catalogue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  progress_.notify_all();
}

bool Catalogue::report_damage(const EpochId& id, std::uint32_t index, std::uint64_t offset, Sequence lost) {
  const std::lock_guard lock(mutex_);
  auto* epoch = find(id);
  if (epoch == nullptr || epoch->damage.contains({index, offset})) return false;
  // A disk can be damaged in any number of places. Those beyond the limit are counted, each time somebody comes by, but not logged.
  const bool room = epoch->damage.size() < most_damage_reported;
  if (room) epoch->damage.emplace(index, offset);
  metrics_.damaged_blocks.Increment();
  metrics_.lost_records.Increment(static_cast<double>(lost));
  return room;
}

void Catalogue::release(const EpochId& id, Sequence sequence, Files::TimePoint now) {
  const std::lock_guard lock(mutex_);
  auto* epoch = find(id);
  if (epoch == nullptr) return;
  epoch->released = sequence;
  mark_released(*epoch, now);
}

std::vector<std::filesystem::path> Catalogue::released(Files::TimePoint since) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::filesystem::path> out;
  for (const auto& epoch : epochs_) {
    for (const auto& segment : epoch.segments) {
      if (segment.released_at && *segment.released_at <= since) out.push_back(segment.path);
    }
  }
  return out;
}

void Catalogue::doom(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  for (auto& epoch : epochs_) {
    for (auto& segment : epoch.segments) segment.doomed = segment.doomed || segment.path == path;
  }
}

void Catalogue::forget(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  for (auto& epoch : epochs_) std::erase_if(epoch.segments, [&](const Segment& segment) { return segment.path == path; });
  std::erase_if(epochs_, [](const Epoch& epoch) { return !epoch.live && epoch.segments.empty(); });
  show();
}

}  // namespace pico::journal
