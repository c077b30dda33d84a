#include "acme/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "authority.hpp"

namespace pico::tls::acme {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class AcmeClientTest : public testing::Test {
 protected:
  Outcome<std::string> obtain() {
    authority_.look_up = [this](const std::string& token) { return published_[token]; };
    Client client(authority_, Authority::directory, *account_, [this](std::chrono::milliseconds time) { return waited_ += time, !stop_; },
                  [this]() -> Outcome<void> { return permitted_ ? Outcome<void>() : Failure{FailedBy::us, "the right to order is lost"}; });
    const Challenges challenges{[this](const std::string& token, const std::string& answer) -> Outcome<void> {
                                  if (!take_answers_) return Failure{FailedBy::us, "Postgres is away"};
                                  published_[token] = answer;
                                  return {};
                                },
                                [this](const std::string& token) { published_.erase(token), ++withdrawn_; }};
    return client.obtain("stats.example.com", key_.get(), challenges);
  }

  void expect_certificate() {
    const auto chain = obtain();
    ASSERT_TRUE(chain) << chain.error().message;
    EXPECT_TRUE(stands_for({*chain, ""}, "stats.example.com"));
    EXPECT_TRUE(validity_of({*chain, to_pem(key_.get())}));
    EXPECT_EQ(read_chain(*chain).size(), 2u);
    EXPECT_THAT(authority_.faults, IsEmpty());
  }

  Failure expect_failure() {
    const auto chain = obtain();
    EXPECT_FALSE(chain);
    return chain ? Failure{FailedBy::us, ""} : chain.error();
  }

  Authority authority_;
  Result<AccountKey> account_ = AccountKey::from_pem(to_pem(make_key().get()));
  KeyPair key_ = make_key();
  std::map<std::string, std::string> published_;
  int withdrawn_ = 0;
  bool take_answers_ = true, stop_ = false, permitted_ = true;
  std::chrono::milliseconds waited_{0};
};

TEST_F(AcmeClientTest, GetsACertificateThatTheAuthorityFindsNoFaultWith) {
  expect_certificate();
  EXPECT_EQ(authority_.certificates, 1);
}

TEST_F(AcmeClientTest, TheChallengesAnswerIsWithdrawnInTheEnd) {
  expect_certificate();
  EXPECT_THAT(published_, IsEmpty());
  EXPECT_EQ(withdrawn_, 1);
}

TEST_F(AcmeClientTest, ASecondCertificateIsOfTheSameAccount) {
  expect_certificate();
  expect_certificate();
  EXPECT_EQ(authority_.accounts.size(), 1u);
  EXPECT_EQ(authority_.certificates, 2);
}

TEST_F(AcmeClientTest, ARefusedNonceIsTriedAgainWithAFreshOne) {
  authority_.refuse_nonces = 7;
  expect_certificate();
}

TEST_F(AcmeClientTest, ManyRefusedNoncesAreAFailure) {
  authority_.refuse_nonces = 1000;
  EXPECT_THAT(expect_failure().message, HasSubstr("badNonce"));
  EXPECT_GT(authority_.refuse_nonces, 900);
}

TEST_F(AcmeClientTest, WaitsForStatesThatTakeTheirTime) {
  authority_.slow = 5;
  expect_certificate();
  EXPECT_GT(waited_, std::chrono::seconds(5));
}

TEST_F(AcmeClientTest, AKnownHostNeedsNoChallenge) {
  authority_.known_host = true;
  expect_certificate();
  EXPECT_THAT(authority_.paths, Not(Contains("/challenge/1")));
}

TEST_F(AcmeClientTest, AnAuthorityWithoutAnEndIsGivenUpAfterMinutes) {
  for (const auto* status : {"pending", "processing"}) {
    authority_.stuck = status;
    waited_ = {};
    EXPECT_THAT(expect_failure().message, HasSubstr("five minutes")) << status;
    EXPECT_LT(waited_, std::chrono::minutes(6));
  }
}

TEST_F(AcmeClientTest, AStopEndsTheWaiting) {
  authority_.stuck = "pending";
  stop_ = true;
  EXPECT_EQ(expect_failure().message, "stopped");
  EXPECT_THAT(published_, IsEmpty());
}

TEST_F(AcmeClientTest, AnAuthorityThatIsNotThereIsNoRefusal) {
  authority_.unreachable = 1;
  const auto failure = expect_failure();
  EXPECT_EQ(failure.by, FailedBy::us);
  EXPECT_THAT(failure.message, HasSubstr("cannot connect"));
}

TEST_F(AcmeClientTest, NonsenseInPlaceOfTheDirectoryIsAFailure) {
  authority_.garbage_at = "/dir";
  EXPECT_THAT(expect_failure().message, HasSubstr("directory"));
}

TEST_F(AcmeClientTest, NonsenseAnywhereElseIsAFailure) {
  for (const auto* path : {"/account", "/order", "/order/1", "/authorization/1", "/finalize/1"}) {
    authority_.garbage_at = path;
    EXPECT_FALSE(obtain()) << path;
  }
}

TEST_F(AcmeClientTest, AWrongAnswerIsARefusalWithTheAuthoritysReason) {
  authority_.look_up = {};
  published_["token-1"] = "";
  const auto chain = [&] {
    Client client(authority_, Authority::directory, *account_, [](std::chrono::milliseconds) { return true; }, []() -> Outcome<void> { return {}; });
    const Challenges nowhere{[](const std::string&, const std::string&) -> Outcome<void> { return {}; }, [](const std::string&) {}};
    return client.obtain("stats.example.com", key_.get(), nowhere);
  }();
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().by, FailedBy::authority);
  EXPECT_THAT(chain.error().message, HasSubstr("the answer was wrong"));
}

TEST_F(AcmeClientTest, TheAuthoritysWordsArriveAsOneLine) {
  authority_.refuse_orders = "rateLimited";
  authority_.retry_after = std::chrono::seconds(3600);
  const auto failure = expect_failure();
  EXPECT_EQ(failure.by, FailedBy::authority);
  EXPECT_EQ(failure.retry_after, std::chrono::seconds(3600));
  EXPECT_THAT(failure.message, HasSubstr("rateLimited: not today, says the authority"));
}

TEST_F(AcmeClientTest, TroubleOfItsOwnIsNoRefusal) {
  authority_.refuse_orders = "serverInternal";
  authority_.refuse_status = 503;
  EXPECT_EQ(expect_failure().by, FailedBy::us);
}

TEST_F(AcmeClientTest, AnAuthorityWithoutThatChallengeIsRefused) {
  authority_.http_01 = false;
  EXPECT_THAT(expect_failure().message, HasSubstr("no http-01"));
}

TEST_F(AcmeClientTest, WithoutPermissionNoCertificateIsMade) {
  permitted_ = false;
  const auto failure = expect_failure();
  EXPECT_EQ(failure.by, FailedBy::us);
  EXPECT_EQ(failure.message, "the right to order is lost");
  EXPECT_THAT(authority_.paths, Not(Contains("/finalize/1")));
  EXPECT_THAT(published_, IsEmpty());
}

TEST_F(AcmeClientTest, AChallengeThatCannotBePublishedIsNotBegun) {
  take_answers_ = false;
  EXPECT_EQ(expect_failure().message, "Postgres is away");
  EXPECT_THAT(authority_.paths, Not(Contains("/challenge/1")));
}

}  // namespace
}  // namespace pico::tls::acme
