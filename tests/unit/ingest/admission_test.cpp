#include "admission.hpp"

#include <gtest/gtest.h>

namespace pico::ingest {
namespace {

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() { options_.max_auto_sites_per_hour = 2; options_.max_auto_sites = 3; }
  Admission::TimePoint now_{std::chrono::hours(500'000)};
  Options options_;
  enrich::Sites sites_{TimeZone()};
  Admission admission_{options_, sites_, [this] { return now_; }};
};

TEST_F(AdmissionTest, AnUnknownDomainBecomesASite) {
  EXPECT_EQ(admission_.admit("a.example"), Admission::Answer::admitted);
  EXPECT_EQ(admission_.admit("a.example"), Admission::Answer::known);
}

TEST_F(AdmissionTest, NewSitesAreCappedByTheHour) {
  EXPECT_EQ(admission_.admit("a.example"), Admission::Answer::admitted);
  EXPECT_EQ(admission_.admit("b.example"), Admission::Answer::admitted);
  EXPECT_EQ(admission_.admit("c.example"), Admission::Answer::too_many);
  EXPECT_EQ(admission_.admit("a.example"), Admission::Answer::known);
  now_ += std::chrono::hours(1);
  EXPECT_EQ(admission_.admit("c.example"), Admission::Answer::admitted);
}

TEST_F(AdmissionTest, SitesMadeByThemselvesAreCappedInAll) {
  for (const auto* domain : {"a.example", "b.example", "c.example"}) {
    EXPECT_EQ(admission_.admit(domain), Admission::Answer::admitted);
    now_ += std::chrono::hours(2);
  }
  now_ += std::chrono::hours(100);
  EXPECT_EQ(admission_.admit("d.example"), Admission::Answer::too_many);
}

TEST_F(AdmissionTest, ListedTakesOnlyWhatIsThere) {
  options_.register_sites = false;
  EXPECT_EQ(admission_.admit("a.example"), Admission::Answer::not_listed);
  sites_.replace_stored({{"a.example", TimeZone(), true}});
  EXPECT_EQ(admission_.admit("a.example"), Admission::Answer::known);
}

}  // namespace
}  // namespace pico::ingest
