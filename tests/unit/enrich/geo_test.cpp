#include "geo.hpp"

#include <gtest/gtest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "pico/core/text.hpp"
#include "pico/event/limits.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace pico::enrich {
namespace {

std::string database(std::string_view name) {
  return std::string(GEO_DATABASES "/") + std::string(name);
}

event::Location find(std::string_view name, std::string_view ip) {
  // Kept open: the texts of a location live as long as its database.
  static std::vector<std::shared_ptr<const GeoDatabase>> opened;
  opened.push_back(GeoDatabase::open(database(name)).value());
  return opened.back()->find(IpAddress::parse(ip).value());
}

TEST(GeoDatabase, ReadsTheOriginalsFixture) {
  const auto location = find("nested.mmdb", "1.0.1.1");
  EXPECT_EQ(location.country, "CN");
  EXPECT_EQ(location.subdivision, "Fujian");
  EXPECT_EQ(location.city, "Gaosha");
  EXPECT_FLOAT_EQ(location.latitude, 26.4837F);
  EXPECT_FLOAT_EQ(location.longitude, 117.925F);
}

TEST(GeoDatabase, ReadsFlatRecords) {
  const auto location = find("flat.mmdb", "1.0.1.1");
  EXPECT_EQ(location.country, "CN");
  EXPECT_EQ(location.subdivision, "Fujian");
  EXPECT_EQ(location.city, "Gaosha");
  EXPECT_FLOAT_EQ(location.latitude, 26.5F);
  EXPECT_FLOAT_EQ(location.longitude, 117.925F);
}

TEST(GeoDatabase, ANameInAnotherLanguageIsBetterThanNone) {
  const auto location = find("nested.mmdb", "203.0.113.1");
  EXPECT_EQ(location.city, "München");
  EXPECT_EQ(location.subdivision, "Bavière");
}

TEST(GeoDatabase, CountriesAreUpperCaseAndPlaceholdersBlank) {
  EXPECT_EQ(find("nested.mmdb", "203.0.113.1").country, "DE");
  EXPECT_EQ(find("flat.mmdb", "2001:db8::1").country, "NZ");
  EXPECT_EQ(find("nested.mmdb", "203.0.113.17").country, "");  // XX
  EXPECT_EQ(find("nested.mmdb", "203.0.113.33").country, "");  // T1
  EXPECT_EQ(find("flat.mmdb", "203.0.113.17").country, "");    // ZZ
  EXPECT_EQ(find("nested.mmdb", "203.0.113.49").country, "A1");
  EXPECT_EQ(find("nested.mmdb", "203.0.113.65").country, "");  // no code
}

TEST(GeoDatabase, WhatItDoesNotKnowIsBlank) {
  EXPECT_EQ(find("nested.mmdb", "198.51.100.1"), event::Location{});
  EXPECT_EQ(find("nested.mmdb", "203.0.113.81"), event::Location{});
  EXPECT_EQ(find("nested.mmdb", "0.0.0.0"), event::Location{});
}

TEST(GeoDatabase, ADatabaseOfIpv4OnlyKnowsNoIpv6) {
  EXPECT_EQ(find("ipv4.mmdb", "1.0.1.1").country, "CN");
  EXPECT_EQ(find("ipv4.mmdb", "2001:db8::1"), event::Location{});
  EXPECT_EQ(find("nested.mmdb", "2001:db8::1").country, "NZ");
  EXPECT_FLOAT_EQ(find("nested.mmdb", "2001:db8::1").latitude, -36.5F);
}

class DamagedFile : public testing::Test {
 protected:
  DamagedFile() {
    std::ifstream file(database("nested.mmdb"), std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
  }
  ~DamagedFile() override { std::filesystem::remove(path_); }
  Result<std::shared_ptr<const GeoDatabase>> open(std::string_view bytes) {
    std::filesystem::remove(path_);  // never cut a mapped file short
    std::ofstream(path_, std::ios::binary) << bytes;
#ifdef __SANITIZE_ADDRESS__
    // MMDB_open itself leaks when it refuses some damaged metadata (libmaxminddb 1.7.1).
    const __lsan::ScopedDisabler not_our_leak;
#endif
    return GeoDatabase::open(path_);
  }
  std::string bytes_;
  const std::string path_ = database("damaged.mmdb");
};

TEST_F(DamagedFile, AMissingOneSaysWhatToDo) {
  const auto opened = GeoDatabase::open("/nowhere/geoip.mmdb");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::not_found);
  EXPECT_NE(opened.error().message.find("geoIpFile"), std::string::npos);
  EXPECT_NE(opened.error().message.find("/nowhere/geoip.mmdb"), std::string::npos);
}

TEST_F(DamagedFile, ADirectoryOrAnotherFormatIsRefused) {
  EXPECT_FALSE(GeoDatabase::open(GEO_DATABASES));
  EXPECT_FALSE(open(""));
  EXPECT_FALSE(open("this is not a database"));
}

TEST_F(DamagedFile, ATruncatedOneIsRefusedOrHarmless) {
  for (std::size_t size = 0; size < bytes_.size(); size += 37) {
    const auto opened = open(bytes_.substr(0, size));
    if (opened) {
      EXPECT_LE((*opened)->find(IpAddress::v4({1, 0, 1, 1})).country.size(), 2U);
    }
  }
  EXPECT_FALSE(open(bytes_.substr(0, bytes_.size() / 2)));
}

TEST_F(DamagedFile, FlippedBytesNeverDoHarm) {
  int refused = 0;
  for (std::size_t at = 0; at < bytes_.size(); ++at) {
    // The search tree is large and uniform: a sample of it is enough, and everything behind it.
    if (at < bytes_.size() - 1200 && at % 61 != 0) continue;
    for (const unsigned char flip : {0xff, 0x80, 0x01}) {
      auto damaged = bytes_;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
      const auto opened = open(damaged);
      if (!opened) {
        ++refused;
        continue;
      }
      for (const auto ip : {IpAddress::v4({1, 0, 1, 1}), IpAddress::v4({203, 0, 113, 1}), IpAddress::v6({0x20, 1, 0x0d, 0xb8})}) {
        const auto location = (*opened)->find(ip);
        EXPECT_TRUE(location.country.empty() || location.country.size() == 2);
        EXPECT_TRUE(is_clean_text(location.city, event::limits::word) && is_clean_text(location.subdivision, event::limits::word)) << at;
      }
    }
  }
  EXPECT_GT(refused, 0);
}

/// Replaces a text, with its length in front as the file has it, by one as long.
std::string with(std::string bytes, std::string_view text, std::string_view by) {
  const auto at = bytes.find(static_cast<char>(0x40 + text.size()) + std::string(text));
  if (at == std::string::npos || text.size() != by.size()) throw std::logic_error("not in the file, or not as long");
  return bytes.replace(at + 1, by.size(), by);
}

TEST_F(DamagedFile, ATextThatPostgresWouldRefuseIsBlank) {
  using namespace std::string_view_literals;
  for (const auto bad : {"Gao\xffha"sv, "Gao\xc3\x28h"sv, "Gao\0ha"sv, "Gaosh\xc3"sv}) {
    const auto one = open(with(bytes_, "Gaosha", bad)).value();
    EXPECT_EQ(one->find(IpAddress::v4({1, 0, 1, 1})).city, "Gaosha (de)") << "another language's is there";
    const auto all = open(with(with(bytes_, "Gaosha", bad), "Gaosha (de)", std::string(bad) + " (de)")).value();
    const auto location = all->find(IpAddress::v4({1, 0, 1, 1}));
    EXPECT_EQ(location.city, "");
    EXPECT_EQ(location.subdivision, "Fujian") << "the rest stays";
  }
  const auto french = open(with(bytes_, "Bavi\xc3\xa8re", "Bavi\xc3re.")).value();
  EXPECT_EQ(french->find(IpAddress::v4({203, 0, 113, 1})).subdivision, "");
}

TEST(GeoDatabase, ATextThatIsLongerThanOneOfAnEventMayBeIsBlank) {
  EXPECT_EQ(find("nested.mmdb", "203.0.113.97").city, std::string(255, 'x'));
  EXPECT_EQ(find("nested.mmdb", "203.0.113.113").city, "");
}

TEST(GeoSource, AReplacedDatabaseStaysOpenForItsReaders) {
  GeoSource source;
  EXPECT_EQ(source.current(), nullptr);
  source.replace(GeoDatabase::open(database("nested.mmdb")).value());
  const auto before = source.revision();
  const auto held = source.current();
  const auto location = held->find(IpAddress::v4({1, 0, 1, 1}));
  source.replace(GeoDatabase::open(database("other.mmdb")).value());
  EXPECT_NE(source.revision(), before);
  EXPECT_EQ(location.city, "Gaosha");
  EXPECT_EQ(source.current()->find(IpAddress::v4({1, 0, 1, 1})).country, "AU");
}

}  // namespace
}  // namespace pico::enrich
