// A journal record's payload, as the writer decodes it.
#include "fuzz.hpp"
#include "pico/event/codec.hpp"

using namespace pico;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto event = event::decode(std::as_bytes(std::span(data, size)));
  if (!event) return 0;
  std::vector<std::byte> encoded;
  event::encode(*event, encoded);
  std::vector<std::byte> again;
  const auto decoded = event::decode(encoded);
  fuzz::require(decoded.has_value(), "what was encoded can be decoded");
  event::encode(*decoded, again);
  fuzz::require(again == encoded, "encoding and decoding are inverse");
  fuzz::require(event::shard_of(*event) < event::shard_count, "the shard is one of sixteen");
  return 0;
}
