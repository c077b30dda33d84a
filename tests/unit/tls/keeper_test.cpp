#include "acme/keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "authority.hpp"
#include "handshake.hpp"

namespace pico::tls {
namespace {

using namespace std::chrono_literals;
using acme::Authority;
using testing::HasSubstr;

class FakeClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  Instant now_ = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
};

/// What the instances of the tests share.
struct Shared {
  const Clock& clock;
  AcmeState state = {};
  std::optional<Instant> next_attempt = {};
  std::string account_key = {};
  std::map<std::string, std::string> answers = {};
  const void* holder = nullptr;
  bool away = false;
  bool full = false;    ///< reads work, writes do not
  bool breaks = false;  ///< whoever publishes an answer loses the right to order to somebody else
  bool throws = false;  ///< reads do what they should not
};

class FakeStore final : public AcmeStore {
 public:
  explicit FakeStore(Shared& shared) : shared_(shared) {}
  Result<AcmeState> load() override {
    if (shared_.throws) throw std::runtime_error("no such column");
    if (shared_.away) return gone();
    auto state = shared_.state;
    if (!shared_.next_attempt) return state;
    state.failures.pause = std::max(0s, std::chrono::ceil<std::chrono::seconds>(*shared_.next_attempt - shared_.clock.now()));
    return state;
  }
  Result<bool> try_lock() override {
    if (shared_.away) return gone();
    if (shared_.holder == nullptr) shared_.holder = this;
    return shared_.holder == this;
  }
  void unlock() noexcept override {
    if (shared_.holder == this) shared_.holder = nullptr;
  }
  Result<void> still_locked() override { return shared_.holder == this ? Result<void>() : gone(); }
  Result<std::string> account_key(const std::string& offered) override {
    if (shared_.account_key.empty()) shared_.account_key = offered;
    return shared_.account_key;
  }
  Result<void> save(const Identity& identity) override {
    if (shared_.away || shared_.full) return gone();
    shared_.state = {.identity = identity};
    shared_.next_attempt.reset();
    return {};
  }
  Result<void> save_failures(const AcmeFailures& failures) override {
    if (shared_.away || shared_.full) return gone();
    shared_.state.failures = failures;
    shared_.next_attempt = shared_.clock.now() + failures.pause;
    return {};
  }
  Result<void> publish(const std::string& token, const std::string& answer) override {
    if (shared_.breaks) shared_.holder = &shared_;
    shared_.answers[token] = answer;
    return {};
  }
  void withdraw(const std::string& token) noexcept override { shared_.answers.erase(token); }

 private:
  static Error gone() { return {Errc::unavailable, "Postgres is away"}; }
  Shared& shared_;
};

/// The authority, for a keeper that wants a connection of its own.
struct Borrowed final : acme::Http {
  explicit Borrowed(Authority& authority) : authority_(authority) {}
  Result<acme::HttpAnswer> send(const acme::HttpRequest& request) override { return authority_.send(request); }
  Authority& authority_;
};

struct Instance {
  Instance(Shared& shared, Authority& authority, const Clock& clock)
      : contexts(registry), keeper({.directory = Authority::directory, .host = "stats.example.com"}, std::make_unique<FakeStore>(shared), contexts,
                                   clock, registry, [&authority](const std::stop_token&) { return std::make_unique<Borrowed>(authority); }) {}
  std::chrono::milliseconds round(bool hurry = false) {
    return keeper.round({}, [](std::chrono::milliseconds) { return true; }, hurry);
  }
  metrics::Registry registry;
  ServerContexts contexts;
  acme::Keeper keeper;
};

class AcmeKeeperTest : public testing::Test {
 protected:
  AcmeKeeperTest() {
    authority_.look_up = [this](const std::string& token) { return shared_.answers[token]; };
    authority_.wishes = {.since = -0h, .until = 90 * 24h, .now = clock_.now_};
  }
  Instance start() { return {shared_, authority_, clock_}; }

  FakeClock clock_;
  Shared shared_{clock_};
  Authority authority_;
};

TEST_F(AcmeKeeperTest, GetsAndServesAFirstCertificate) {
  auto instance = start();
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("there is no certificate for stats.example.com"));
  instance.round();
  EXPECT_EQ(instance.keeper.problem(), "");
  EXPECT_TRUE(instance.contexts.validity());
  EXPECT_EQ(authority_.certificates, 1);
  EXPECT_THAT(authority_.faults, testing::IsEmpty());
  EXPECT_THAT(instance.registry.expose(), HasSubstr("picolytics_acme_orders_total{result=\"issued\"} 1"));
}

TEST_F(AcmeKeeperTest, ARestartServesWhatIsStoredAndOrdersNothing) {
  start().round();
  auto again = start();
  again.round();
  EXPECT_TRUE(again.contexts.validity());
  EXPECT_EQ(authority_.certificates, 1);
}

TEST_F(AcmeKeeperTest, RenewsWithAThirdOfTheLifeLeftAndNotBefore) {
  auto instance = start();
  instance.round();
  clock_.now_ += 59 * 24h;
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
  clock_.now_ += 2 * 24h;
  authority_.wishes.now = clock_.now_;
  instance.round();
  EXPECT_EQ(authority_.certificates, 2);
  EXPECT_EQ(instance.contexts.validity()->not_after, std::chrono::floor<std::chrono::seconds>(clock_.now_ + 90 * 24h));
}

TEST_F(AcmeKeeperTest, AnotherInstanceTakesTheRenewedCertificateOver) {
  auto one = start(), other = start();
  one.round();
  other.round();
  clock_.now_ += 61 * 24h;
  authority_.wishes.now = clock_.now_;
  one.round();
  other.round();
  EXPECT_EQ(authority_.certificates, 2);
  EXPECT_EQ(one.contexts.validity()->not_after, other.contexts.validity()->not_after);
}

TEST_F(AcmeKeeperTest, ACertificateThatWasDeletedIsReplacedInEveryInstanceAndServedUntilThen) {
  auto one = start(), other = start();
  one.round();
  other.round();
  const auto deleted = one.contexts.validity()->not_after;
  shared_.state = {};
  shared_.holder = &shared_;
  other.round();
  EXPECT_EQ(other.contexts.validity()->not_after, deleted);
  shared_.holder = nullptr;
  authority_.wishes.until = 80 * 24h;
  one.round();
  other.round();
  EXPECT_EQ(authority_.certificates, 2);
  EXPECT_NE(one.contexts.validity()->not_after, deleted);
  EXPECT_EQ(other.contexts.validity()->not_after, one.contexts.validity()->not_after);
}

TEST_F(AcmeKeeperTest, WhileAnotherInstanceOrdersThisOneWaits) {
  shared_.holder = &shared_;
  auto instance = start();
  EXPECT_LE(instance.round(), 5s);
  EXPECT_THAT(authority_.paths, testing::IsEmpty());
  shared_.holder = nullptr;
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
  EXPECT_EQ(shared_.holder, nullptr);
}

TEST_F(AcmeKeeperTest, WhoLosesTheRightToOrderOnTheWayOrdersNothing) {
  shared_.breaks = true;
  auto instance = start();
  instance.round();
  EXPECT_EQ(authority_.certificates, 0);
  shared_.breaks = false;
  shared_.holder = nullptr;
  instance.round(true);
  EXPECT_EQ(authority_.certificates, 1);
}

TEST_F(AcmeKeeperTest, ARefusalIsRememberedAcrossRestarts) {
  authority_.refuse_orders = "rejectedIdentifier";
  start().round();
  EXPECT_EQ(shared_.state.failures.all, 1u);
  ASSERT_TRUE(shared_.next_attempt);
  EXPECT_GE(*shared_.next_attempt, clock_.now_ + 4min);
  const auto asked = authority_.paths.size();
  auto again = start();
  again.round();
  EXPECT_EQ(authority_.paths.size(), asked);
  EXPECT_THAT(again.keeper.problem(), HasSubstr("rejectedIdentifier"));
}

TEST_F(AcmeKeeperTest, AnAttemptAfterThePauseSucceedsAndForgetsTheFailure) {
  authority_.unreachable = 1;
  auto instance = start();
  instance.round();
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("cannot connect"));
  clock_.now_ += 3s;
  instance.round();
  EXPECT_EQ(instance.keeper.problem(), "");
  EXPECT_EQ(shared_.state.failures.all, 0u);
}

TEST_F(AcmeKeeperTest, APauseFromAClockThatWasYearsAheadIsNotWaitedFor) {
  authority_.refuse_orders = "rejectedIdentifier";
  auto instance = start();
  instance.round();
  EXPECT_EQ(shared_.state.failures.all, 1u);
  authority_.refuse_orders.clear();
  clock_.now_ -= 4 * 365 * 24h;
  authority_.wishes.now = clock_.now_;
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
}

TEST_F(AcmeKeeperTest, AnInstanceWithAWrongClockHoldsNobodyUpAndDoesNotHurry) {
  for (const auto error : {30h, -30h}) {
    shared_.state = {};
    shared_.next_attempt.reset();
    authority_.refuse_orders = "rejectedIdentifier";
    FakeClock wrong;
    wrong.now_ = clock_.now_ + error;
    Instance astray{shared_, authority_, wrong};
    auto right = start();
    astray.round();
    EXPECT_EQ(shared_.state.failures.all, 1u);
    clock_.now_ += 3min, wrong.now_ += 3min;
    astray.round();
    right.round();
    EXPECT_EQ(shared_.state.failures.all, 1u) << error.count();
    authority_.refuse_orders.clear();
    clock_.now_ += 4min;
    authority_.wishes.now = clock_.now_;
    const auto before = authority_.certificates;
    right.round();
    EXPECT_EQ(authority_.certificates, before + 1) << error.count();
  }
}

TEST_F(AcmeKeeperTest, RefusalsAndAttemptsThatReachedNobodyLengthenTheirOwnPauses) {
  const auto pause = [this] { return *shared_.next_attempt - clock_.now_; };
  auto instance = start();
  for (int i = 0; i < 10; ++i) {
    authority_.unreachable = 1;
    instance.round(true);
  }
  EXPECT_EQ(shared_.state.failures.all, 10u);
  EXPECT_GE(pause(), 13min);
  authority_.refuse_orders = "rejectedIdentifier";
  instance.round(true);
  EXPECT_EQ(shared_.state.failures.all, 11u);
  EXPECT_GE(pause(), 4min);
  EXPECT_LE(pause(), 6min);
  auto restarted = start();
  restarted.round(true);
  EXPECT_GE(pause(), 8min);
  EXPECT_LE(pause(), 12min);
  authority_.unreachable = 1;
  restarted.round(true);
  EXPECT_GE(pause(), 27min);
}

TEST_F(AcmeKeeperTest, ThePauseAfterARefusalThatCannotBeStoredHoldsHere) {
  authority_.refuse_orders = "rejectedIdentifier";
  shared_.full = true;
  auto instance = start();
  instance.round();
  EXPECT_EQ(shared_.state.failures.all, 0u);
  const auto asked = authority_.paths.size();
  clock_.now_ += 3min;
  instance.round();
  EXPECT_EQ(authority_.paths.size(), asked);
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("not today"));
  EXPECT_THAT(instance.registry.expose(), HasSubstr("picolytics_acme_failures 1"));
  shared_.full = false;
  clock_.now_ += 4min;
  instance.round();
  EXPECT_EQ(shared_.state.failures.all, 2u);
  EXPECT_GE(*shared_.next_attempt - clock_.now_, 8min);
}

TEST_F(AcmeKeeperTest, AFailureThatCouldNotBeStoredIsForgottenWhenAnotherInstanceHasGotACertificate) {
  authority_.refuse_orders = "rejectedIdentifier";
  shared_.full = true;
  auto instance = start(), other = start();
  instance.round();
  shared_.full = false;
  authority_.refuse_orders.clear();
  other.round();
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
  EXPECT_EQ(instance.keeper.problem(), "");
}

TEST_F(AcmeKeeperTest, HurryDoesNotWaitForThePause) {
  authority_.refuse_orders = "rejectedIdentifier";
  auto instance = start();
  instance.round();
  authority_.refuse_orders.clear();
  instance.round();
  EXPECT_EQ(authority_.certificates, 0);
  instance.round(true);
  EXPECT_EQ(authority_.certificates, 1);
}

TEST_F(AcmeKeeperTest, HurryOrdersNothingThatIsNotDue) {
  auto instance = start();
  instance.round();
  instance.round(true);
  EXPECT_EQ(authority_.certificates, 1);
}

TEST_F(AcmeKeeperTest, AFailingRenewalLeavesTheCertificateAndIsToldOf) {
  auto instance = start();
  instance.round();
  clock_.now_ += 61 * 24h;
  authority_.refuse_orders = "rateLimited";
  instance.round();
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("cannot be renewed"));
  EXPECT_TRUE(instance.contexts.validity()->holds(clock_.now_));
  EXPECT_THAT(instance.registry.expose(), HasSubstr("picolytics_acme_failures 1"));
  clock_.now_ += 30 * 24h;
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("has run out"));
}

TEST_F(AcmeKeeperTest, AnAbsentStoreEndsNothingAndStopsOrders) {
  shared_.away = true;
  auto instance = start();
  instance.round();
  EXPECT_THAT(authority_.paths, testing::IsEmpty());
  shared_.away = false;
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
}

TEST_F(AcmeKeeperTest, AnAnswerThatIsNoTextIsAFailureWithItsPause) {
  authority_.nonces = "\xff";
  auto instance = start();
  instance.round();
  EXPECT_EQ(shared_.state.failures.all, 1u);
  EXPECT_GT(*shared_.next_attempt, clock_.now_);
  EXPECT_EQ(shared_.holder, nullptr);
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("broke off"));
  authority_.nonces = "nonce-";
  clock_.now_ += 3s;
  instance.round();
  EXPECT_EQ(instance.keeper.problem(), "");
}

TEST_F(AcmeKeeperTest, WhateverTheStoreThrowsEndsNothing) {
  shared_.throws = true;
  auto instance = start();
  EXPECT_GE(instance.round(), 10s);
  shared_.throws = false;
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
}

TEST_F(AcmeKeeperTest, ACertificateThatCannotBeStoredYetIsServedAndNotOrderedAgain) {
  shared_.full = true;
  auto instance = start();
  instance.round();
  EXPECT_TRUE(instance.contexts.validity());
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("stored"));
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
  shared_.full = false;
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
  EXPECT_TRUE(shared_.state.identity);
  EXPECT_EQ(instance.keeper.problem(), "");
}

TEST_F(AcmeKeeperTest, SessionsAreResumedWhileACertificateWaitsToBeStoredAndAfterwards) {
  const Context context(SSL_CTX_new(TLS_client_method()));
  Session session;
  shared_.full = true;
  auto instance = start();
  for (const bool known : {false, true, true, true, true}) {
    instance.round();
    const Sockets sockets;
    const auto server = instance.contexts.open(sockets.ends[0]);
    const auto ssl = client(sockets, context.get());
    if (session) SSL_set_session(ssl.get(), session.get());
    ASSERT_TRUE(shake_hands(ssl.get(), *server));
    EXPECT_EQ(server->resumed(), known);
    session.reset(SSL_get1_session(ssl.get()));
    SSL_shutdown(ssl.get());
    shared_.full = shared_.full && !known;  // stored in the third round, seen in the store in the fourth
  }
  EXPECT_TRUE(shared_.state.identity);
}

TEST_F(AcmeKeeperTest, AStoredCertificateThatIsDamagedIsReplaced) {
  shared_.state.identity = Identity{"nonsense", "nonsense"};
  auto instance = start();
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
  EXPECT_EQ(instance.keeper.problem(), "");
}

TEST_F(AcmeKeeperTest, ACertificateForAnotherHostIsNotTaken) {
  authority_.issue_for = "other.example.com";
  auto instance = start();
  instance.round();
  EXPECT_FALSE(instance.contexts.validity());
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("another host"));
}

TEST_F(AcmeKeeperTest, ACertificateThatDoesNotHoldYetIsServedAndKeptAndPointsToTheClock) {
  authority_.wishes.now = clock_.now_ + 48h;
  auto instance = start();
  instance.round();
  EXPECT_TRUE(instance.contexts.validity());
  EXPECT_TRUE(shared_.state.identity);
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("clock"));
  clock_.now_ += 6min;
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
  clock_.now_ += 48h;
  EXPECT_EQ(instance.keeper.problem(), "");
}

TEST_F(AcmeKeeperTest, ACertificateThatHasRunOutAlreadyIsRefusedWithAPauseAndPointsToTheClock) {
  authority_.wishes.now = clock_.now_ - 100 * 24h;
  auto instance = start();
  instance.round();
  instance.round();
  EXPECT_EQ(authority_.certificates, 1);
  EXPECT_FALSE(instance.contexts.validity());
  EXPECT_THAT(instance.keeper.problem(), HasSubstr("clock"));
}

}  // namespace
}  // namespace pico::tls
