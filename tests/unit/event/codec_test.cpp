#include "pico/event/codec.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <set>
#include <string>

#include "pico/core/hash.hpp"

namespace pico::event {
namespace {

/// An event in which every field differs from every other and from its default.
Enriched full_event() {
  return {
      .kind = Kind::custom,
      .interactive = false,
      .bot = Bot::crawler,
      .at = Instant(std::chrono::milliseconds(1795343400456)),
      .day = Day(std::chrono::days(20779)),
      .visitor_id = 0xA123456789ABC400,
      .domain = "example.com",
      .site_time_zone = "Europe/Berlin",
      .name = "signup",
      .properties = R"({"plan":"größer"})",
      .hostname = "www.example.com",
      .path = "/a b",
      .load_ms = 1200,
      .ttfb_ms = 90,
      .engaged_ms = 15000,
      .scroll_depth = 77,
      .acquisition = {"ref.example/page", "Organic Search", "Google", "organic", "spring", "banner", "shoes", "google", "gclid"},
      .device = {"Chrome", "114.0", "Android", "10.0", "Linux", "Phone"},
      .location = {"DE", "Bavaria", "Munich", 48.1371f, -11.5754f},
      .screen = {1020, 840, 8, 2.5f, "America/Los_Angeles", "de-AT"},
  };
}

std::vector<std::byte> encoded(const Enriched& event) {
  std::vector<std::byte> out;
  encode(event, out);
  return out;
}

std::string hex(const std::vector<std::byte>& bytes) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

TEST(Codec, GivesBackWhatWasEncoded) {
  const auto bytes = encoded(full_event());
  const auto back = decode(bytes);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, full_event());
}

TEST(Codec, GivesBackAnEventOfDefaults) {
  const auto bytes = encoded(Enriched{});
  ASSERT_TRUE(decode(bytes).has_value());
  EXPECT_EQ(*decode(bytes), Enriched{});
}

TEST(Codec, GivesBackExtremeNumbersAndLongTexts) {
  constexpr auto low = std::numeric_limits<std::int32_t>::min();
  constexpr auto high = std::numeric_limits<std::int32_t>::max();
  const std::string long_text(100000, 'x');
  Enriched event;
  event.kind = Kind::opted_out;
  event.bot = Bot::automation;
  event.visitor_id = std::numeric_limits<std::uint64_t>::max();
  event.load_ms = low;
  event.ttfb_ms = high;
  event.scroll_depth = std::numeric_limits<std::int16_t>::min();
  event.day = Day(std::chrono::days(low));
  event.at = Instant(std::chrono::milliseconds(std::numeric_limits<std::int64_t>::min()));
  event.properties = long_text;
  const auto bytes = encoded(event);
  ASSERT_TRUE(decode(bytes).has_value());
  EXPECT_EQ(*decode(bytes), event);
}

/// The format is on people's disks: a change of these bytes needs a new codec_version.
TEST(Codec, WritesTheBytesOfVersionOne) {
  EXPECT_EQ(hex(encoded(full_event())),
            "01000200083ece02a20100002b51000000c4ab89674523a10b6578616d706c652e636f6d0d4575726f70652f4265726c696e"
            "067369676e7570137b22706c616e223a226772c3b6c39f6572227d0f7777772e6578616d706c652e636f6d042f612062e012"
            "b401b0ea019a01107265662e6578616d706c652f706167650e4f7267616e69632053656172636806476f6f676c65076f7267"
            "616e696306737072696e670662616e6e65720573686f657306676f6f676c650567636c6964064368726f6d65053131342e30"
            "07416e64726f69640431302e30054c696e75780550686f6e650244450742617661726961064d756e696368648c4042d73439"
            "c1f80f900d100000204013416d65726963612f4c6f735f416e67656c65730564652d4154");
  EXPECT_EQ(hex(encoded(Enriched{})),
            "0101000100000000000000000000000000000000000000000000000000000000000100000000000000000000000000000000"
            "00000000000000000000000000000000000000");
}

TEST(Codec, AppendsBehindWhatIsThere) {
  std::vector<std::byte> out{std::byte{42}};
  encode(full_event(), out);
  EXPECT_EQ(out[0], std::byte{42});
  EXPECT_EQ(std::vector(out.begin() + 1, out.end()), encoded(full_event()));
}

TEST(Codec, TheTextsAreViewsIntoTheBytes) {
  const auto bytes = encoded(full_event());
  const auto back = decode(bytes);
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  EXPECT_TRUE(back->path.data() > begin && back->path.data() < begin + bytes.size());
}

TEST(Codec, EveryTruncationIsRefused) {
  const auto bytes = encoded(full_event());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // Memory of its own, so that a sanitizer sees a read past its end.
    const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(decode(part), std::nullopt) << size;
  }
}

TEST(Codec, BytesBehindTheEventAreRefused) {
  auto bytes = encoded(full_event());
  bytes.push_back(std::byte{0});
  EXPECT_EQ(decode(bytes), std::nullopt);
}

TEST(Codec, AnotherVersionIsRefused) {
  for (const int version : {0, codec_version + 1, 255}) {
    auto bytes = encoded(full_event());
    bytes[0] = static_cast<std::byte>(version);
    EXPECT_EQ(decode(bytes), std::nullopt) << version;
  }
}

TEST(Codec, ValuesThatNoEncoderWritesAreRefused) {
  const auto with = [](std::size_t position, int value) {
    auto bytes = encoded(full_event());
    bytes[position] = static_cast<std::byte>(value);
    return decode(bytes);
  };
  EXPECT_NE(with(1, 10), std::nullopt);
  EXPECT_EQ(with(1, 11), std::nullopt) << "kind";
  EXPECT_EQ(with(2, 5), std::nullopt) << "bot";
  EXPECT_EQ(with(3, 2), std::nullopt) << "interactive";
}

TEST(Codec, AnIntegerOutOfItsRangeIsRefused) {
  Enriched event;
  auto bytes = encoded(event);
  event.scroll_depth = 0;  // one byte, as -1 is
  const auto other = encoded(event);
  const auto at = std::mismatch(bytes.begin(), bytes.end(), other.begin()).first - bytes.begin();
  // 65536 as a zigzag varint
  const std::byte large[] = {std::byte{0x80}, std::byte{0x80}, std::byte{0x08}};
  bytes.erase(bytes.begin() + at);
  bytes.insert(bytes.begin() + at, std::begin(large), std::end(large));
  EXPECT_EQ(decode(bytes), std::nullopt);
}

TEST(Codec, NoBytesMakeItReadOutOfBounds) {
  std::uint32_t state = 7;
  const auto random = [&] { return (state = state * 1664525 + 1013904223) >> 8; };
  const auto good = encoded(full_event());
  for (int round = 0; round < 20000; ++round) {
    auto bytes = good;
    for (int change = 0; change < 3; ++change) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    if (const auto event = decode(bytes)) {
      const auto again = encoded(*event);
      EXPECT_LE(again.size(), bytes.size());
    }
  }
}

TEST(Shard, IsTheUpperBitsOfTheVisitorSoThatHisEventsStayTogether) {
  Enriched event = full_event();
  EXPECT_EQ(shard_of(event), 0xA);
  event.path = "/another";
  event.at += std::chrono::hours(1);
  EXPECT_EQ(shard_of(event), 0xA);
  event.visitor_id = 0x0FFFFFFFFFFFFC00;
  EXPECT_EQ(shard_of(event), 0);
  event.visitor_id = ~std::uint64_t{0};
  EXPECT_EQ(shard_of(event), shard_count - 1);
}

TEST(Shard, OfAnOptedOutEventIsThatOfItsSite) {
  std::set<std::uint8_t> shards;
  for (int site = 0; site < 500; ++site) {
    const auto domain = "site" + std::to_string(site) + ".example";
    Enriched event;
    event.kind = Kind::opted_out;
    event.domain = domain;
    shards.insert(shard_of(event));
    const auto first = shard_of(event);
    event.path = "/other";
    EXPECT_EQ(shard_of(event), first);
  }
  EXPECT_EQ(shards.size(), shard_count);
  EXPECT_EQ(*shards.rbegin(), shard_count - 1);
}

}  // namespace
}  // namespace pico::event
