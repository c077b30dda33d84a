#include "catalogue.hpp"

#include <gmock/gmock.h>

#include "format.hpp"

namespace pico::journal {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Paths = std::vector<std::filesystem::path>;

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() {
    Epoch live;
    live.id = epoch_;
    live.live = true;
    catalogue_.add(std::move(live));
    for (std::uint32_t i = 0; i < 3; ++i) {
      const Sequence before = 10ull * i;
      catalogue_.start_segment(
          {std::to_string(i), i, before + 1, before, before, segment_header_bytes, 8192, false, std::nullopt, false});
      catalogue_.publish(8192, before + 10);
      if (i < 2) catalogue_.close_segment(start_);
    }
  }
  Paths released(Files::TimePoint since) const { return catalogue_.released(since); }

  const EpochId epoch_{{1}};
  const Files::TimePoint start_{1h};
  metrics::Registry registry_;
  Catalogue catalogue_{Metrics(registry_)};
};

TEST_F(CatalogueTest, ASegmentIsReleasedFromTheMomentOnThatAllItsRecordsAre) {
  catalogue_.release(epoch_, 19, start_);
  catalogue_.release(epoch_, 20, start_ + 1min);
  EXPECT_THAT(released(start_ - 1ns), IsEmpty());
  EXPECT_THAT(released(start_), ElementsAre("0"));
  EXPECT_THAT(released(start_ + 59s), ElementsAre("0"));
  EXPECT_THAT(released(start_ + 1min), ElementsAre("0", "1"));
}

TEST_F(CatalogueTest, TheCurrentSegmentIsReleasedWhenItIsClosed) {
  catalogue_.release(epoch_, 30, start_);
  EXPECT_THAT(released(start_), ElementsAre("0", "1"));
  catalogue_.close_segment(start_ + 1s);
  EXPECT_THAT(released(start_ + 1s), ElementsAre("0", "1", "2"));
}

TEST_F(CatalogueTest, ALowerReleaseStartsTheTimeAnew) {
  catalogue_.release(epoch_, 20, start_);
  catalogue_.release(epoch_, 10, start_ + 1s);
  catalogue_.release(epoch_, 20, start_ + 2s);
  EXPECT_THAT(released(start_ + 1s), ElementsAre("0"));
  EXPECT_THAT(released(start_ + 2s), ElementsAre("0", "1"));
}

TEST_F(CatalogueTest, LocatesTheSegmentOfEveryRecord) {
  for (Sequence after = 0; after < 30; ++after) EXPECT_EQ(catalogue_.locate(epoch_, after).segment->index, after / 10);
}

TEST_F(CatalogueTest, FollowsIntoTheNextSegmentOnlyBehindTheEndOfOne) {
  EXPECT_EQ(catalogue_.follow(epoch_, 0, 8191).segment->index, 0u);
  EXPECT_EQ(catalogue_.follow(epoch_, 0, 8192).segment->index, 1u);
  EXPECT_FALSE(catalogue_.follow(epoch_, 2, 8192).segment);
  catalogue_.forget("1");
  EXPECT_EQ(catalogue_.follow(epoch_, 1, 0).segment->index, 2u);
}

TEST_F(CatalogueTest, CountsADamagedPlaceOnce) {
  EXPECT_TRUE(catalogue_.report_damage(epoch_, 0, 4096, 3));
  EXPECT_FALSE(catalogue_.report_damage(epoch_, 0, 4096, 3));
  EXPECT_TRUE(catalogue_.report_damage(epoch_, 0, 8192, 1));
}

TEST_F(CatalogueTest, RemembersAndLogsDamageUpToALimit) {
  std::size_t logged = 0;
  for (std::uint64_t place = 1; place <= 2 * most_damage_reported; ++place) logged += catalogue_.report_damage(epoch_, 0, place * 512, 1) ? 1 : 0;
  EXPECT_EQ(logged, most_damage_reported);
}

}  // namespace
}  // namespace pico::journal
