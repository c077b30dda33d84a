#include "worker.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include "pico/event/codec.hpp"

namespace pico::writer {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// How soon a stop request or a change of the journal is seen at the latest.
constexpr auto slice = 100ms;
constexpr auto look_again = 20ms;
constexpr auto idle_look_interval = 5s;

/// Deadlocks and the like in a row before it is treated as any other failure.
constexpr int most_conflicts = 10;

std::vector<std::uint8_t> shards_of(std::size_t worker, std::size_t workers) {
  std::vector<std::uint8_t> shards;
  for (std::uint8_t shard = 0; shard < event::shard_count; ++shard) {
    if (shard % workers == worker) shards.push_back(shard);
  }
  return shards;
}

std::size_t count_refused(std::span<const Record> records) {
  return static_cast<std::size_t>(
      std::count_if(records.begin(), records.end(), [](const Record& r) { return !r.refused.empty(); }));
}

}  // namespace

Worker::Worker(Shared& shared, std::size_t number)
    : shared_(shared),
      number_(number),
      shards_(shards_of(number, shared.options.writers)),
      next_pause_(shared.options.first_retry),
      thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), ("writer-" + std::to_string(number)).c_str());
}

Worker::~Worker() {
  request_stop(steady_clock::now());
  await_end();
}

void Worker::run() {
  while (attempt() && !stopping()) {
  }
  if (state() != State::halted) set_state(State::stopped, "the writer has stopped");
  const std::lock_guard lock(mutex_);
  ended_ = true;
  wake_.notify_all();
}

bool Worker::attempt() {
  try {
    work();
    return false;
  } catch (const TooManyDeadLetters& error) {
    set_state(State::halted, std::string(error.what()) + "; see pico.dead_letters, then restart");
    spdlog::critical("writer {}: {}; it has stopped, the journal keeps the rest", number_, error.what());
    return false;
  } catch (const CheckpointMoved& error) {
    shared_.metrics.checkpoints_moved.Increment();
    retry_later(error.what());
  } catch (const EpochInUse& error) {
    retry_later(error.what());
  } catch (const storage::DatabaseError& error) {
    shared_.metrics.count_retry(error);
    retry_later(error.what());
  }
  return true;
}

void Worker::retry_later(const std::string& reason) {
  if (out_of_time()) return;
  set_state(State::retrying, reason);
  spdlog::warn("writer {}: {}; trying again in {} ms", number_, reason, next_pause_.count());
  pause(next_pause_);
  next_pause_ = std::min(next_pause_ * 2, shared_.options.last_retry);
}

void Worker::work() {
  auto connection = storage::Connection::open(shared_.options.database, abandon_.get_token());
  if (!connection) throw storage::DatabaseError("", true, connection.error().message);
  Session session(std::move(*connection), shared_.options);
  for (const auto& info : shared_.journal.epochs()) {
    if (info.first == 0 && !info.live) continue;
    EpochSource source(shared_.journal, info, shards_, claim(session, info.id));
    drain(session, source);
    if (out_of_time()) return;
    session.ingest.release(info.id.bytes, shards_);
  }
}

void Worker::drain(Session& session, EpochSource& source) {
  batch_.clear();  // of what an attempt before has left
  shared_.progress.set(number_, source.epoch(), source.position());
  for (bool ended = false; !ended;) {
    ended = fill(source);
    if (out_of_time()) return;
    const auto target = source.position();
    if (!batch_.empty())
      write(session, source, batch_.records(), target);
    else if (!ended)
      next_pause_ = shared_.options.first_retry, look_while_idle(session, source);
    batch_.clear();
    shared_.progress.set(number_, source.epoch(), target);
    set_state(State::running, "");
  }
}

bool Worker::fill(EpochSource& source) {
  const auto limit = batch_limit(source);
  journal::Entry entry;
  for (;;) {
    const auto now = shared_.clock.now();
    while (batch_.size() < limit && batch_.bytes() < shared_.options.batch_max_bytes && source.next(entry))
      batch_.add(entry, now);
    if (batch_.size() >= limit || batch_.bytes() >= shared_.options.batch_max_bytes) return false;
    if (source.ended() || stopping()) return true;
    if (batch_.empty()) {
      if (!source.wait(slice)) pause(look_again);  // a journal that has been stopped does not wait
      return false;
    }
    const auto due = time_until_due();
    if (due <= 0ms || shared_.progress.awaited()) return false;
    // Not woken by each new record: reading many at a time is cheaper.
    pause(std::min(due, look_again));
  }
}

std::size_t Worker::batch_limit(const EpochSource& source) const {
  const auto normal = shared_.options.batch_max_events;
  return source.last() > source.position() + 2 * normal ? 4 * normal : normal;
}

std::chrono::milliseconds Worker::time_until_due() const {
  const auto now = steady_clock::now();
  const auto left = [&](steady_clock::time_point opened, std::chrono::milliseconds delay) {
    return std::chrono::ceil<std::chrono::milliseconds>(opened - now) + delay;
  };
  const auto pings = left(batch_.opened(), shared_.options.ping_max_delay);
  return batch_.only_pings() ? pings : std::min(pings, left(batch_.opened_by_event(), shared_.options.batch_max_delay));
}

void Worker::write(Session& session, EpochSource& source, std::span<Record> records, journal::Sequence target) {
  std::string refused;
  if (records.size() == 1 || count_refused(records) <= shared_.options.dead_letters_per_minute) {
    try {
      return write_once(session, source, records, target);
    } catch (const storage::DatabaseError& error) {
      if (!error.is_data_error() || (records.size() == 1 && !records[0].refused.empty())) throw;
      shared_.metrics.count_retry(error);
      refused = error.sqlstate();
    }
  }
  if (records.size() == 1) {
    records[0].refused = refused;
    return write_once(session, source, records, target);
  }
  const auto half = records.size() / 2;
  write(session, source, records.first(half), records[half - 1].sequence);
  write(session, source, records.subspan(half), target);
}

void Worker::write_once(Session& session, EpochSource& source, std::span<const Record> records, journal::Sequence target) {
  DeadLetterLimit::Room room(shared_.dead_letters, count_refused(records));
  for (int conflicts = 0;; ++conflicts) {
    const auto started = steady_clock::now();
    try {
      const auto committed = write_in_one_transaction(session, source.epoch().bytes, records, source.advances(target),
                                                      shared_.options, shared_.metrics);
      const std::chrono::duration<double> taken = steady_clock::now() - started;
      room.written();
      shared_.metrics.commit_seconds.Observe(taken.count());
      source.committed(target);
      report(source, records, committed, taken);
      // Last, so that whoever waited finds the figures counted and the subscribers told.
      return shared_.progress.set(number_, source.epoch(), target);
    } catch (const storage::DatabaseError& error) {
      if (!error.is_transaction_conflict() || conflicts == most_conflicts) throw;
      shared_.metrics.count_retry(error);
    }
  }
}

void Worker::report(const EpochSource& source, std::span<const Record> records, std::span<const Committed> committed, std::chrono::duration<double> taken) {
  next_pause_ = shared_.options.first_retry;
  auto& metrics = shared_.metrics;
  metrics.batches.Increment();
  metrics.batch_events.Observe(static_cast<double>(records.size()));
  for (const auto& record : records) {
    if (record.refused.empty()) continue;
    metrics.count_dead_letter(record.refused);
    spdlog::error("record {} of journal epoch {} is refused ({}) and put into pico.dead_letters", record.sequence,
                  source.epoch().hex(), record.refused);
  }
  const auto now = shared_.clock.now();
  metrics.observe_latency(committed, now, taken);
  const bool behind = source.position() < source.last();
  metrics.lag_seconds.Set(behind && !committed.empty() ? std::chrono::duration<double>(now - committed.back().event->at).count()
                                                       : 0);
  if (shared_.on_committed && !committed.empty()) shared_.on_committed(committed);
}

std::vector<journal::Sequence> Worker::claim(Session& session, const journal::EpochId& epoch) const {
  auto checkpoints = session.ingest.claim(epoch.bytes, shards_);
  if (!checkpoints) throw EpochInUse(epoch.hex());
  return std::move(*checkpoints);
}

void Worker::look_while_idle(Session& session, const EpochSource& source) {
  const auto now = steady_clock::now();
  if (now < next_look_) return;
  next_look_ = now + idle_look_interval;
  if (claim(session, source.epoch()) != source.checkpoints()) throw CheckpointMoved();
}

}  // namespace pico::writer
