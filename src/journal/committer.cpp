#include "committer.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace pico::journal {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds first_pause = 50ms;
constexpr std::chrono::milliseconds longest_pause = 5s;
constexpr std::chrono::milliseconds disk_check_interval = 1s;
/// A journal in trouble tries this often on its own, so that it gets well without anybody sending anything.
constexpr std::chrono::milliseconds retry_interval = 100ms;
constexpr std::chrono::milliseconds no_hurry = 1h;

}  // namespace

Committer::Committer(std::shared_ptr<Files> files, std::shared_ptr<Catalogue> catalogue, Supply& supply, const Options& options,
                     const SegmentName& first_name, const Metrics& metrics)
    : files_(std::move(files)),
      options_(options),
      metrics_(metrics),
      supply_(supply),
      appender_(files_, std::move(catalogue), supply, options, first_name),
      queue_(*files_, options.group_window),
      thread_([this] { run(); }) {}

void Committer::submit(Group group) {
  if (!queue_.push(group)) finish({&group, 1}, Outcome::failed);
}

void Committer::stop() {
  queue_.close();
  std::call_once(stopped_, [this] { thread_.join(); });
}

std::string Committer::problem() const {
  const std::lock_guard lock(problem_mutex_);
  return problem_;
}

void Committer::run() {
  pthread_setname_np(pthread_self(), "journal");
  (void)store({});  // so that trouble shows before the first event comes
  std::vector<Group> groups;
  while (queue_.take(groups, state() == State::ok ? no_hurry : retry_interval)) {
    if (groups.empty()) (void)store({});
    commit(groups);
    queue_.committed();
  }
}

void Committer::commit(std::span<Group> groups) {
  while (!groups.empty()) {
    if (groups.front().framed.size() > appender_.largest_group()) {
      spdlog::error("journal: a group of {} bytes is larger than a block.", groups.front().framed.size());
      finish(groups.first(1), Outcome::failed);
      groups = groups.subspan(1);
      continue;
    }
    const auto stored = store(groups);
    if (!stored) return finish(groups, stored.error().code == Errc::unavailable ? Outcome::full : Outcome::failed);
    finish(groups.first(*stored), Outcome::durable);
    groups = groups.subspan(*stored);
  }
}

/// Makes some of the groups durable, the first at least, and keeps account of the state. Without groups: only sees to a segment.
Result<std::size_t> Committer::store(std::span<const Group> groups) {
  if (files_->now() < retry_at_) return Error{Errc::io, problem()};
  const auto ready = make_ready(groups.empty() ? 0 : groups.front().framed.size());
  auto stored = ready ? write_and_sync(groups) : Result<std::size_t>(ready.error());
  if (stored) {
    if (!groups.empty()) pause_ = 0ms;  // a new segment alone does not prove that the disk is well
    if (state() != State::ok) set_state(State::ok, "");
  } else {
    note_failure(stored.error());
  }
  return stored;
}

Result<void> Committer::make_ready(std::size_t group_bytes) {
  if (auto room = check_disk(); !room) return room;
  return appender_.open_segment(group_bytes);
}

/// While there is room it is enough to look now and then.
Result<void> Committer::check_disk() {
  const auto now = files_->now();
  if (now < next_disk_check_) return {};
  const auto room = disk_has_room(*files_, options_, 0);
  if (!room) return room.error();
  if (!*room) {
    supply_.tidy();
    return Error{Errc::unavailable,
                 "The disk of " + options_.directory.string() + " is nearly full: nothing is accepted until there is room."};
  }
  next_disk_check_ = now + disk_check_interval;
  return {};
}

Result<std::size_t> Committer::write_and_sync(std::span<const Group> groups) {
  if (groups.empty()) return 0;
  const auto start = files_->now();
  const auto before = appender_.durable();
  auto written = appender_.write(groups);
  const auto synced = written ? appender_.sync() : Result<void>(written.error());
  // Whatever the cause: something was written, so this is not merely a lack of room.
  if (!synced) return Error{Errc::io, synced.error().message};

  const auto records = appender_.durable() - before;
  metrics_.syncs.Increment();
  metrics_.sync_seconds.Observe(std::chrono::duration<double>(files_->now() - start).count());
  metrics_.records.Increment(static_cast<double>(records));
  metrics_.group_records.Observe(static_cast<double>(records));
  return written;
}

void Committer::finish(std::span<Group> groups, Outcome outcome) const {
  metrics_.groups[static_cast<std::size_t>(outcome)]->Increment(static_cast<double>(groups.size()));
  for (auto& group : groups) {
    if (group.done) group.done(outcome);
  }
}

void Committer::note_failure(const Error& error) {
  if (error.code == Errc::unavailable) return set_state(State::full, error.message);
  pause_ = std::clamp(2 * pause_, first_pause, longest_pause);
  retry_at_ = files_->now() + pause_;
  set_state(State::failed, error.message);
}

void Committer::set_state(State state, const std::string& problem) {
  {
    const std::lock_guard lock(problem_mutex_);
    problem_ = problem;
  }
  if (state_.exchange(state, std::memory_order_acq_rel) == state) return;
  metrics_.show(state);
  if (state == State::ok) {
    spdlog::info("journal: accepting again.");
  } else {
    spdlog::error("journal: {}", problem);
  }
}

}  // namespace pico::journal
