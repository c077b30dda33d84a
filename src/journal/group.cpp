#include <utility>

#include "format.hpp"
#include "pico/core/hash.hpp"
#include "pico/journal/journal.hpp"

namespace pico::journal {
namespace {

std::optional<std::uint8_t> nibble(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

}  // namespace

std::string EpochId::hex() const {
  return to_hex(bytes);
}

std::optional<EpochId> EpochId::from_hex(std::string_view hex) {
  EpochId id;
  if (hex.size() != 2 * id.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const auto high = nibble(hex[2 * i]);
    const auto low = nibble(hex[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return id;
}

void GroupBuilder::add(std::uint8_t shard, std::span<const std::byte> payload) {
  frame_record(group_.framed, shard, payload);
  ++group_.records;
}

Group GroupBuilder::take(std::function<void(Outcome)> done) {
  group_.done = std::move(done);
  return std::exchange(group_, Group{});
}

}  // namespace pico::journal
