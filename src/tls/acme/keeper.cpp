#include "keeper.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <random>

#include "../openssl.hpp"
#include "schedule.hpp"

namespace pico::tls::acme {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds look_without_certificate = 2s;  ///< another instance may be getting one
constexpr std::chrono::milliseconds look_with_certificate = 30s, shortest_look = 100ms;
constexpr std::chrono::hours ticket_key_age{24};

double random_spread() {
  static thread_local std::mt19937 source{std::random_device{}()};
  return std::uniform_real_distribution<>(0, 1)(source);
}

/// What is said of a failure elsewhere, and after a restart: without the authority's words, which may hold addresses.
std::string to_be_stored(const Failure& failure) {
  if (failure.by == FailedBy::us) return "the authority could not be asked";
  return "the authority refused" + (failure.kind.empty() ? "" : " (" + failure.kind + ")");
}

bool pauses(const AcmeState& state) { return state.failures.pause > 0s && state.failures.pause <= longest_pause; }

/// Gives the right to order back however the attempt ends.
struct Unlock {
  AcmeStore& store;
  ~Unlock() { store.unlock(); }
};

}  // namespace

Keeper::Keeper(AcmeOptions options, std::unique_ptr<AcmeStore> store, ServerContexts& contexts, const Clock& clock, metrics::Registry& registry,
               Connect connect)
    : options_(std::move(options)), store_(std::move(store)), contexts_(contexts), clock_(clock), connect_(std::move(connect)),
      issued_(registry.counter("picolytics_acme_orders_total", "Attempts of this instance at a certificate.", {{"result", "issued"}})),
      failed_(registry.counter("picolytics_acme_orders_total", "Attempts of this instance at a certificate.", {{"result", "failed"}})),
      failures_(registry.gauge("picolytics_acme_failures", "Attempts at a certificate that failed in a row, of all instances.")),
      failure_("it has not been asked for") {}

std::chrono::milliseconds Keeper::round(const std::stop_token& stop, const Wait& wait, bool hurry) {
  try {
    return look(stop, wait, hurry);
  } catch (const std::exception& error) {
    held_up({Errc::internal, error.what()});
    return look_with_certificate;  // nothing that another instance would mend soon
  }
}

std::chrono::milliseconds Keeper::look(const std::stop_token& stop, const Wait& wait, bool hurry) {
  if (std::chrono::steady_clock::now() - ticket_keys_since_ >= ticket_key_age) {
    contexts_.renew_ticket_keys();
    ticket_keys_since_ = std::chrono::steady_clock::now();
  }
  if (unkept_) keep(*unkept_);
  if (unkept_) return look_without_certificate;
  auto state = load();
  if (!state) return held_up(state.error());
  was_held_up_ = false;
  take(*state);
  if (!due(*state, hurry)) return next_look(*state);
  const auto locked = store_->try_lock();
  if (!locked) return held_up(locked.error());
  if (!*locked) return look_without_certificate;
  const Unlock unlock{*store_};
  state = load();  // again: whoever had the lock before may have got what we were about to order
  if (!state) return held_up(state.error());
  take(*state);
  if (!due(*state, hurry)) return next_look(*state);
  return order(std::move(*state), stop, wait);
}

Result<AcmeState> Keeper::load() {
  auto state = store_->load();
  if (!state || !untold_) return state;
  const auto& [known, until] = *untold_;
  if (state->identity != known.identity || state->failures.all >= known.failures.all) {  // somebody has tried since
    untold_.reset();
    return state;
  }
  state->failures = known.failures;
  state->failures.pause = std::max(0s, std::chrono::ceil<std::chrono::seconds>(until - clock_.now()));
  return state;
}

/// Serves what the store has. What cannot be served is complained of once, and due. A certificate that the store has no more is served until
/// there is another: whoever has its key can pass for this host either way, and without it nobody could reach the host at all.
void Keeper::take(const AcmeState& state) {
  failures_.Set(state.failures.all);
  {
    const std::lock_guard lock(mutex_);
    if (state.failures.all == 0 || state.failures.all != failed_here_)
      failure_ = state.failures.all > 0 ? state.failures.latest : state.identity ? "" : "it is being asked for";
  }
  if (taken_ == state.identity) return;
  taken_ = state.identity;
  if (!state.identity) return;
  if (const auto used = contexts_.use(*state.identity); used)
    spdlog::info("serving the certificate for {} that holds until {}", options_.host, to_string(contexts_.validity()->not_after));
  else
    spdlog::error("the stored certificate for {} cannot be used and will be replaced: {}", options_.host, used.error().message);
}

bool Keeper::due(const AcmeState& state, bool hurry) const {
  if (!hurry && pauses(state)) return false;
  if (!state.identity) return true;
  const auto validity = validity_of(*state.identity);
  return !validity || clock_.now() >= renewal_time(*validity);
}

std::chrono::milliseconds Keeper::next_look(const AcmeState& state) const {
  const auto validity = state.identity ? validity_of(*state.identity) : Result<Validity>(Error{});
  auto next = validity ? renewal_time(*validity) : clock_.now();
  if (pauses(state)) next = std::max<Instant>(next, clock_.now() + state.failures.pause);
  return std::clamp<std::chrono::milliseconds>(next - clock_.now(), shortest_look, validity ? look_with_certificate : look_without_certificate);
}

std::chrono::milliseconds Keeper::order(AcmeState state, const std::stop_token& stop, const Wait& wait) {
  spdlog::info("asking {} for a certificate for {}", options_.directory, options_.host);
  auto identity = attempt(stop, wait);
  if (stop.stop_requested() && !identity) return look_without_certificate;
  if (!identity) return give_up(identity.error(), std::move(state));
  issued_.Increment();
  use(*identity);
  keep(*identity);
  return shortest_look;
}

/// What is thrown on the way, as by an answer of the authority that is no text, is a failure like others and has its pause.
Outcome<Identity> Keeper::attempt(const std::stop_token& stop, const Wait& wait) {
  try {
    return obtain(stop, wait);
  } catch (const std::exception& error) {
    return Failure{FailedBy::us, std::string("the attempt broke off: ") + error.what()};
  }
}

Outcome<Identity> Keeper::obtain(const std::stop_token& stop, const Wait& wait) {
  const auto offered = make_key();
  const auto stored = store_->account_key(to_pem(offered.get()));
  if (!stored) return Failure{FailedBy::us, stored.error().message};
  const auto account = AccountKey::from_pem(*stored);
  if (!account) return Failure{FailedBy::us, account.error().message};
  // The challenge takes its time: if another instance has the right to order by now, there must not be two certificates.
  const auto permission = [this]() -> Outcome<void> {
    if (auto locked = store_->still_locked(); !locked) return Failure{FailedBy::us, locked.error().message};
    return {};
  };
  const auto http = connect_(stop);
  Client client(*http, options_.directory, *account, wait, permission);
  const auto publish = [this](const std::string& token, const std::string& answer) -> Outcome<void> {
    if (auto published = store_->publish(token, answer); !published) return Failure{FailedBy::us, published.error().message};
    return {};
  };
  const Challenges challenges{publish, [this](const std::string& token) { store_->withdraw(token); }};
  const auto key = make_key();
  auto chain = client.obtain(options_.host, key.get(), challenges);
  if (!chain) return chain.error();
  Identity identity{std::move(*chain), to_pem(key.get())};
  const auto validity = validity_of(identity);
  if (!validity) return Failure{FailedBy::authority, "what the authority sent is of no use: " + validity.error().message};
  // One that seems not to hold yet is taken: a clock that is behind must not throw good certificates away, of which authorities give few.
  if (clock_.now() >= validity->not_after)
    return Failure{FailedBy::authority, "the authority's certificate has run out already: is this machine's clock right?"};
  if (!stands_for(identity, options_.host)) return Failure{FailedBy::authority, "the authority's certificate is for another host"};
  return identity;
}

/// Once for each certificate: new connections then resume no session that was begun before.
void Keeper::use(const Identity& identity) {
  taken_ = identity;
  if (const auto used = contexts_.use(identity); !used) spdlog::error("the new certificate cannot be used: {}", used.error().message);
  else if (const auto begin = contexts_.validity()->not_before; clock_.now() < begin)
    spdlog::warn("the new certificate for {} does not hold before {}: is this machine's clock right?", options_.host, to_string(begin));
}

/// A certificate that Postgres cannot take is served all the same, and kept later: another one would count towards the authority's limits.
void Keeper::keep(const Identity& identity) {
  const auto saved = store_->save(identity);
  if (saved) {
    unkept_.reset();
    untold_.reset();
    failures_.Set(0);
    spdlog::info("got a certificate for {} that holds until {}", options_.host, to_string(contexts_.validity()->not_after));
    const std::lock_guard lock(mutex_);
    failure_.clear();
    return;
  }
  if (!unkept_) spdlog::warn("got a certificate for {}, but cannot store it yet: {}", options_.host, saved.error().message);
  unkept_ = Identity(identity);
  const std::lock_guard lock(mutex_);
  failure_ = "the new certificate cannot be stored yet";
}

std::chrono::milliseconds Keeper::give_up(const Failure& failure, AcmeState state) {
  failed_.Increment();
  auto& failures = state.failures;
  ++failures.all;
  if (failure.by == FailedBy::authority) ++failures.refused;
  // Each kind by its own number: an authority that was away for a day and then refuses is asked again in minutes, not in hours.
  const auto of_its_kind = failure.by == FailedBy::authority ? failures.refused : failures.all - failures.refused;
  failures.pause = pause_after(failure, of_its_kind, random_spread());
  failures.latest = to_be_stored(failure);
  failures_.Set(failures.all);
  spdlog::warn("no certificate for {} ({}. attempt); the next attempt is in {} s, or at a SIGHUP: {}", options_.host, failures.all,
               failures.pause.count(), failure.message);
  {
    const std::lock_guard lock(mutex_);
    failure_ = failure.message;
  }
  failed_here_ = failures.all;
  const auto next = std::min<std::chrono::milliseconds>(failures.pause, look_with_certificate);
  const auto until = clock_.now() + failures.pause;
  untold_.reset();
  if (const auto saved = store_->save_failures(failures); !saved) {
    held_up(saved.error());
    untold_ = Untold{std::move(state), until};
  }
  return next;
}

std::chrono::milliseconds Keeper::held_up(const Error& error) {
  if (!std::exchange(was_held_up_, true)) spdlog::warn("looking after the certificate is held up and will be tried again: {}", error.message);
  return look_without_certificate;
}

std::string Keeper::problem() const {
  const auto validity = contexts_.validity();
  const std::lock_guard lock(mutex_);
  if (!validity) return fmt::format("there is no certificate for {}: {}", options_.host, failure_);
  const auto now = clock_.now();
  if (now < validity->not_before)
    return fmt::format("the certificate for {} does not hold before {}: is this machine's clock right?", options_.host,
                       to_string(validity->not_before));
  if (now >= validity->not_after) return fmt::format("the certificate for {} has run out: {}", options_.host, failure_);
  if (!failure_.empty())
    return fmt::format("the certificate for {} holds until {}, but cannot be renewed: {}", options_.host, to_string(validity->not_after), failure_);
  return {};
}

}  // namespace pico::tls::acme
