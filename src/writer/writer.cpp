#include "pico/writer/writer.hpp"

#include <stdexcept>

#include "pico/event/codec.hpp"
#include "sessionizer.hpp"
#include "worker.hpp"

namespace pico::writer {
namespace {

using std::chrono::steady_clock;

Options checked(Options options) {
  if (options.writers < 1 || options.writers > event::shard_count) throw std::invalid_argument("writers must be 1 to 16");
  if (options.session_timeout < shortest_timeout) throw std::invalid_argument("the session timeout must be at least 3 minutes");
  return options;
}

/// The worse, the greater.
int badness(State state) {
  switch (state) {
    case State::halted:
      return 4;
    case State::retrying:
      return 3;
    case State::starting:
      return 2;
    case State::stopped:
      return 1;
    case State::running:
      break;
  }
  return 0;
}

}  // namespace

struct Writer::Impl {
  Shared shared;
  std::vector<std::unique_ptr<Worker>> workers;
  std::shared_ptr<void> sampler;

  [[nodiscard]] const Worker& worst() const {
    return **std::max_element(workers.begin(), workers.end(),
                              [](const auto& a, const auto& b) { return badness(a->state()) < badness(b->state()); });
  }
};

Writer::Writer(Options options, journal::Journal& journal, metrics::Registry& registry, const Clock& clock,
               OnCommitted on_committed) {
  const auto writers = checked(options).writers;
  const auto limit = options.dead_letters_per_minute;
  impl_.reset(new Impl{.shared = {.options = std::move(options),
                                  .journal = journal,
                                  .clock = clock,
                                  .on_committed = std::move(on_committed),
                                  .metrics = Metrics(registry),
                                  .progress = Progress(journal, writers),
                                  .dead_letters = DeadLetterLimit(limit)},
                       .workers = {},
                       .sampler = nullptr});
  impl_->sampler = registry.before_expose(
      [impl = impl_.get()] { impl->shared.metrics.lag_records.Set(static_cast<double>(impl->shared.progress.lag())); });
  for (unsigned i = 0; i < writers; ++i) impl_->workers.push_back(std::make_unique<Worker>(impl_->shared, i));
}

Writer::~Writer() {
  stop(std::chrono::milliseconds(0));
}

void Writer::stop(std::chrono::milliseconds at_most) {
  const auto deadline = steady_clock::now() + at_most;
  for (const auto& worker : impl_->workers) worker->request_stop(deadline);
  for (const auto& worker : impl_->workers) worker->await_end();
  impl_->shared.progress.interrupt();
}

State Writer::state() const {
  return impl_->worst().state();
}

std::string Writer::problem() const {
  return impl_->worst().problem();
}

std::uint64_t Writer::lag() const {
  return impl_->shared.progress.lag();
}

bool Writer::wait_until_committed(const journal::EpochId& epoch, journal::Sequence sequence, std::chrono::milliseconds at_most) {
  return impl_->shared.progress.wait(epoch, sequence, at_most);
}

}  // namespace pico::writer
