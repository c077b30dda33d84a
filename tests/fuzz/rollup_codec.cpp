// A rollup's payload, as readers decode it: any bytes behind the version and a checksum that fits.
#include <cstring>

#include "fuzz.hpp"
#include "pico/core/hash.hpp"
#include "rollup/codec.hpp"

using namespace pico;

namespace {

std::optional<stats::Table> decoded(std::span<const std::uint8_t> payload) {
  const auto read = stats::DecodedTable::of(payload);
  if (!read) return std::nullopt;
  stats::Table table;
  read->each([&](std::string_view value, const stats::Figures& figures) { table[std::string(value)] = figures; });
  return table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decoded(std::span(data, size));
  std::vector<std::uint8_t> payload(5 + size, 1);
  const auto checksum = crc32c(std::as_bytes(std::span(data, size)));
  std::memcpy(payload.data() + 1, &checksum, sizeof checksum);
  std::copy(data, data + size, payload.begin() + 5);
  const auto table = decoded(payload);
  if (!table) return 0;
  const auto again = decoded(stats::encode(*table));
  fuzz::require(again && *again == *table, "encoding and decoding are inverse");
  return 0;
}
