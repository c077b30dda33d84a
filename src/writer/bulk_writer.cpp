#include "pico/writer/bulk_writer.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <stop_token>

#include "bulk_metrics.hpp"
#include "bulk_slots.hpp"
#include "bulk_transaction.hpp"
#include "pico/event/codec.hpp"
#include "sessionizer.hpp"

namespace pico::writer {
namespace {

/// Deadlocks and the like, and lost connections, of one write before the caller is told.
constexpr int most_conflicts = 10;
constexpr int most_lost = 2;
/// Pauses while Postgres is away after a commit without an answer: they double from one to the other.
constexpr std::chrono::milliseconds first_pause{250}, last_pause{1000};

Options checked(Options options, std::size_t sessions) {
  if (sessions < 1 || sessions > event::shard_count) throw std::invalid_argument("bulk writers have 1 to 16 sessions");
  if (options.session_timeout < shortest_timeout) throw std::invalid_argument("the session timeout must be at least 3 minutes");
  options.writers = static_cast<unsigned>(sessions);  // they share the caches
  options.owner = {};                                 // whoever goes on with a step may
  return options;
}

/// What has gone wrong so far with one piece of work.
struct Troubles {
  int conflicts = 0, lost = 0;
  bool unanswered = false;  ///< a commit was sent, and whether it took place is not known
  std::optional<std::chrono::steady_clock::time_point> give_up;
  std::chrono::milliseconds pause = first_pause;

  bool are_too_many(const storage::DatabaseError& error, std::chrono::milliseconds uncertain_at_most) {
    const auto now = std::chrono::steady_clock::now();
    if (unanswered && !give_up) give_up = now + uncertain_at_most;
    if (error.is_transaction_conflict()) return ++conflicts > most_conflicts;
    if (unanswered) return now >= *give_up;
    return !error.connection_lost() || ++lost > most_lost;
  }
};

std::uint64_t checkpoint_of(Session& session, const storage::Epoch& epoch, std::uint8_t shard) {
  const auto at = session.ingest.claim(epoch, std::array{shard});
  if (!at) throw CheckpointMoved();
  return at->front();
}

}  // namespace

struct BulkWriter::Impl {
  Impl(Options given, std::size_t sessions, metrics::Registry& registry, const Clock& c)
      : options(checked(std::move(given), sessions)), metrics(registry), clock(c), slots(sessions, metrics.waiting) {}

  /// The session of the slot, opened if need be.
  Session& session_of(BulkSlot& slot);
  /// Runs `work` on the slot's session. Lost connections and conflicts with others are tried again: for long, and with pauses, where
  /// `work` has noted a commit without an answer.
  template <class Work>
  auto with_retries(BulkSlot& slot, Work work);
  /// Ended by stop().
  void pause(std::chrono::milliseconds length);
  BulkResult write(BulkSlot& slot, BulkSource& source, const Survey& surveyed, const std::optional<BulkStep>& step);
  /// What a write moves: the step it was given, or one of the slot's own checkpoint.
  BulkStep step_of(Session& session, const BulkSlot& slot, const std::optional<BulkStep>& given) const;

  const Options options;
  BulkMetrics metrics;
  const Clock& clock;
  const storage::Epoch epoch = HashKey::random().bytes;  // of the slots' own checkpoints
  BulkSlots slots;
  std::stop_source abandon;
};

Session& BulkWriter::Impl::session_of(BulkSlot& slot) {
  if (slot.session) return *slot.session;
  auto connection = storage::Connection::open(options.database, abandon.get_token());
  if (!connection) throw storage::DatabaseError("", true, connection.error().message);
  slot.session = std::make_unique<Session>(std::move(*connection), options);
  return *slot.session;
}

template <class Work>
auto BulkWriter::Impl::with_retries(BulkSlot& slot, Work work) {
  for (Troubles troubles;;) {
    try {
      return work(session_of(slot), troubles);
    } catch (const storage::DatabaseError& error) {
      if (error.connection_lost()) slot.session.reset();
      if (troubles.are_too_many(error, options.uncertain_at_most) || abandon.stop_requested()) {
        if (troubles.unanswered) throw OutcomeUnknown(error);
        throw;
      }
      metrics.count_retry(error);
      spdlog::warn("a bulk write is tried again: {}", error.what());
    }
    if (!troubles.unanswered) continue;
    pause(troubles.pause);
    troubles.pause = std::min(troubles.pause * 2, last_pause);
  }
}

void BulkWriter::Impl::pause(std::chrono::milliseconds length) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, abandon.get_token(), length, [] { return false; });
}

BulkStep BulkWriter::Impl::step_of(Session& session, const BulkSlot& slot, const std::optional<BulkStep>& given) const {
  const auto at = checkpoint_of(session, given ? given->epoch : epoch, given ? given->shard : slot.shard);  // makes its row
  return given ? *given : BulkStep{.epoch = epoch, .shard = slot.shard, .expected = at, .target = at + 1};
}

BulkResult BulkWriter::Impl::write(BulkSlot& slot, BulkSource& source, const Survey& surveyed, const std::optional<BulkStep>& step) {
  std::optional<BulkStep> current;
  std::optional<BulkAttempt> unanswered;  // its commit was sent and the connection lost
  return with_retries(slot, [&](Session& session, Troubles& troubles) {
    if (!current) current = step_of(session, slot, step);
    BulkAttempt attempt;
    const auto started = std::chrono::steady_clock::now();
    try {
      write_bulk(session, *current, source, surveyed, options, attempt);
    } catch (const CheckpointMoved&) {
      // Moving the checkpoint has waited for a commit that was still under way.
      if (!unanswered || checkpoint_of(session, current->epoch, current->shard) != current->target) {
        slot.session.reset();
        throw;
      }
      attempt = *unanswered;
    } catch (const storage::DatabaseError& error) {
      if (attempt.moved) unanswered.reset();  // nobody had moved the checkpoint before, so that commit did not take place
      if (error.connection_lost() && attempt.committing) unanswered = attempt;
      troubles.unanswered = unanswered.has_value();
      throw;
    }
    metrics.count_written(attempt.result, attempt.rows, std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
    return attempt.result;
  });
}

BulkWriter::BulkWriter(Options options, std::size_t sessions, metrics::Registry& registry, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), sessions, registry, clock)) {}

BulkWriter::~BulkWriter() {
  stop();
}

BulkResult BulkWriter::write(BulkSource& source, std::optional<BulkStep> step) {
  try {
    const auto surveyed = survey(source, impl_->clock.now());
    if (surveyed.events == 0 && !step) return {};
    const BulkSlots::Lease lease(impl_->slots);
    return impl_->write(*lease, source, surveyed, step);
  } catch (...) {
    impl_->metrics.failed.Increment();
    throw;
  }
}

std::uint64_t BulkWriter::position(const storage::Epoch& epoch, std::uint8_t shard) {
  const BulkSlots::Lease lease(impl_->slots);
  return impl_->with_retries(*lease, [&](Session& session, Troubles&) { return checkpoint_of(session, epoch, shard); });
}

void BulkWriter::stop() {
  impl_->abandon.request_stop();
}

}  // namespace pico::writer
