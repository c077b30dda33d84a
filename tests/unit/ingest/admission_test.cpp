#include "admission.hpp"

#include <gtest/gtest.h>

namespace pico::ingest {
namespace {

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() { options_.max_auto_sites_per_hour = 2; options_.max_auto_sites = 3; }
  const Instant start_{std::chrono::hours(500'000)};
  Options options_;
  enrich::Sites sites_{TimeZone()};
  Admission admission_{options_, sites_};
};

TEST_F(AdmissionTest, AnUnknownDomainBecomesASite) {
  EXPECT_EQ(admission_.admit("a.example", start_), Admission::Answer::admitted);
  EXPECT_EQ(admission_.admit("a.example", start_), Admission::Answer::known);
}

TEST_F(AdmissionTest, NewSitesAreCappedByTheHour) {
  EXPECT_EQ(admission_.admit("a.example", start_), Admission::Answer::admitted);
  EXPECT_EQ(admission_.admit("b.example", start_), Admission::Answer::admitted);
  EXPECT_EQ(admission_.admit("c.example", start_), Admission::Answer::too_many);
  EXPECT_EQ(admission_.admit("a.example", start_), Admission::Answer::known);
  EXPECT_EQ(admission_.admit("c.example", start_ + std::chrono::hours(1)), Admission::Answer::admitted);
}

TEST_F(AdmissionTest, SitesMadeByThemselvesAreCappedInAll) {
  for (const auto* domain : {"a.example", "b.example", "c.example"}) {
    EXPECT_EQ(admission_.admit(domain, start_ + std::chrono::hours(2 * (domain[0] - 'a'))), Admission::Answer::admitted);
  }
  EXPECT_EQ(admission_.admit("d.example", start_ + std::chrono::hours(100)), Admission::Answer::too_many);
}

TEST_F(AdmissionTest, ListedTakesOnlyWhatIsThere) {
  options_.register_sites = false;
  EXPECT_EQ(admission_.admit("a.example", start_), Admission::Answer::not_listed);
  sites_.replace_stored({{"a.example", TimeZone(), true}});
  EXPECT_EQ(admission_.admit("a.example", start_), Admission::Answer::known);
}

}  // namespace
}  // namespace pico::ingest
