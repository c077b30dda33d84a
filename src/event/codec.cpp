#include "pico/event/codec.hpp"

#include <limits>
#include <type_traits>

#include "pico/core/byte_buffer.hpp"
#include "pico/core/hash.hpp"

namespace pico::event {
namespace {

/// The fields in the order in which they are written, once for both directions. A new field goes to the end, with a new
/// codec_version under which older records are still read.
template <class Archive, class Event>
void each_field(Archive& archive, Event& event) {
  archive.code(event.kind, Kind::visit);
  archive.code(event.bot, Bot::automation);
  archive.flag(event.interactive);
  archive.instant(event.at);
  archive.day(event.day);
  archive.id(event.visitor_id);
  for (auto* text : {&event.domain, &event.site_time_zone, &event.name, &event.properties, &event.hostname, &event.path}) {
    archive.text(*text);
  }
  archive.integer(event.load_ms);
  archive.integer(event.ttfb_ms);
  archive.integer(event.engaged_ms);
  archive.integer(event.scroll_depth);
  auto& a = event.acquisition;
  for (auto* text :
       {&a.referrer, &a.channel, &a.source, &a.medium, &a.campaign, &a.content, &a.term, &a.utm_source, &a.click_id}) {
    archive.text(*text);
  }
  auto& d = event.device;
  for (auto* text : {&d.browser, &d.browser_version, &d.os, &d.os_version, &d.platform, &d.device_type}) archive.text(*text);
  auto& l = event.location;
  for (auto* text : {&l.country, &l.subdivision, &l.city}) archive.text(*text);
  archive.real(l.latitude);
  archive.real(l.longitude);
  auto& s = event.screen;
  archive.integer(s.width);
  archive.integer(s.height);
  archive.integer(s.pixel_depth);
  archive.real(s.pixel_ratio);
  archive.text(s.timezone);
  archive.text(s.language);
}

class Encoder {
 public:
  explicit Encoder(std::vector<std::byte>& out) : out_(out) {}

  template <class Enum>
  void code(Enum value, Enum) {
    out_.number(static_cast<std::uint8_t>(value));
  }
  void flag(bool value) { out_.number(static_cast<std::uint8_t>(value)); }
  void instant(Instant value) { out_.number<std::int64_t>(value.time_since_epoch().count()); }
  void day(Day value) { out_.number(static_cast<std::int32_t>(value.time_since_epoch().count())); }
  void id(std::uint64_t value) { out_.number(value); }
  void real(float value) { out_.number(value); }
  void text(std::string_view value) { out_.text(value); }
  /// Zigzag, so that -1 takes one byte.
  void integer(std::int64_t value) {
    out_.varint(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }

 private:
  ByteWriter out_;
};

class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> in) : in_(in) {}

  template <class Enum>
  void code(Enum& value, Enum last) {
    const auto number = in_.number<std::uint8_t>();
    check(number <= static_cast<std::uint8_t>(last));
    value = static_cast<Enum>(number);
  }
  void flag(bool& value) {
    const auto number = in_.number<std::uint8_t>();
    check(number <= 1);
    value = number == 1;
  }
  void instant(Instant& value) { value = Instant(std::chrono::milliseconds(in_.number<std::int64_t>())); }
  void day(Day& value) { value = Day(std::chrono::days(in_.number<std::int32_t>())); }
  void id(std::uint64_t& value) { value = in_.number<std::uint64_t>(); }
  void real(float& value) { value = in_.number<float>(); }
  void text(std::string_view& value) { value = in_.text(); }
  template <class Integer>
  void integer(Integer& value) {
    const auto zigzag = in_.varint();
    const auto number = static_cast<std::int64_t>(zigzag >> 1 ^ (~(zigzag & 1) + 1));
    check(number >= std::numeric_limits<Integer>::min() && number <= std::numeric_limits<Integer>::max());
    value = static_cast<Integer>(number);
  }
  std::uint8_t version() { return in_.number<std::uint8_t>(); }
  /// Everything was read, nothing is left over, and every value is one that the encoder writes.
  [[nodiscard]] bool complete() const { return good_ && in_.ok() && in_.at_end(); }

 private:
  void check(bool condition) { good_ = good_ && condition; }

  ByteReader in_;
  bool good_ = true;
};

}  // namespace

std::uint8_t shard_of(const Enriched& event) {
  static_assert(shard_count == 16, "the shard is the upper four bits");
  // Nobody is behind an opted-out event, so its site decides: one site's count is kept by one writer.
  if (event.kind == Kind::opted_out) return static_cast<std::uint8_t>(crc32c(std::as_bytes(std::span(event.domain))) >> 28);
  return static_cast<std::uint8_t>(event.visitor_id >> 60);
}

void encode(const Enriched& event, std::vector<std::byte>& out) {
  out.push_back(static_cast<std::byte>(codec_version));
  Encoder encoder(out);
  each_field(encoder, event);
}

std::optional<Enriched> decode(std::span<const std::byte> bytes) {
  Decoder decoder(bytes);
  if (decoder.version() != codec_version) return std::nullopt;
  Enriched event;
  each_field(decoder, event);
  if (!decoder.complete()) return std::nullopt;
  return event;
}

}  // namespace pico::event
