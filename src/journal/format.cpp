#include "format.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>

#include "pico/core/byte_buffer.hpp"
#include "pico/core/hash.hpp"

namespace pico::journal {
namespace {

constexpr std::array<char, 8> segment_magic{'P', 'I', 'C', 'O', 'J', 'R', 'N', 'L'};
constexpr std::array<char, 4> block_magic{'P', 'B', 'L', 'K'};
constexpr std::size_t block_crc_from = offsetof(DiskBlockHeader, epoch);
constexpr std::string_view name_suffix = ".journal";

/// Decimal digits only, all of them.
template <class T>
std::optional<T> number(std::string_view digits) {
  T value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::vector<std::byte> encode_segment_header(const SegmentHeader& header) {
  DiskSegmentHeader disk{segment_magic,
                         format_version,
                         header.index,
                         header.epoch.bytes,
                         header.first,
                         header.previous_last,
                         header.previous_length,
                         {},
                         0};
  const auto bytes = std::as_writable_bytes(std::span(&disk, 1));
  disk.crc = crc32c(bytes.first(offsetof(DiskSegmentHeader, crc)));
  return {bytes.begin(), bytes.end()};
}

HeaderFault decode_segment_header(std::span<const std::byte> bytes, SegmentHeader& header) {
  if (bytes.size() < segment_header_bytes) return HeaderFault::damaged;
  DiskSegmentHeader disk;
  std::memcpy(&disk, bytes.data(), sizeof disk);
  if (disk.magic != segment_magic || disk.crc != crc32c(bytes.first(offsetof(DiskSegmentHeader, crc))))
    return HeaderFault::damaged;
  if (disk.version != format_version) return disk.version > format_version ? HeaderFault::newer : HeaderFault::older;
  header = {EpochId{disk.epoch}, disk.index, disk.first, disk.previous_last, disk.previous_length};
  return HeaderFault::none;
}

std::size_t begin_block(std::vector<std::byte>& out) {
  const auto start = out.size();
  out.resize(start + block_header_bytes);
  return start;
}

void seal_block(std::vector<std::byte>& out, std::size_t start, const EpochId& epoch, Sequence first, std::uint32_t count) {
  const auto payload = out.size() - start - block_header_bytes;
  DiskBlockHeader header{block_magic, 0, epoch.bytes, first, count, static_cast<std::uint32_t>(payload)};
  std::memcpy(out.data() + start, &header, sizeof header);
  header.crc = crc32c(std::span(out).subspan(start + block_crc_from));
  std::memcpy(out.data() + start, &header, sizeof header);
  out.resize(start + block_bytes(payload));
}

std::optional<DiskBlockHeader> plausible_block(std::span<const std::byte> bytes, const EpochId& epoch) {
  if (bytes.size() < block_header_bytes || std::memcmp(bytes.data(), block_magic.data(), block_magic.size()) != 0)
    return std::nullopt;
  DiskBlockHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.epoch != epoch.bytes || header.first == 0 || header.count == 0) return std::nullopt;
  if (header.length > max_group_bytes || header.count > header.length) return std::nullopt;
  return header;
}

bool checksum_matches(std::span<const std::byte> bytes, const DiskBlockHeader& header) {
  return crc32c(bytes.subspan(block_crc_from)) == header.crc;
}

void frame_record(std::vector<std::byte>& out, std::uint8_t shard, std::span<const std::byte> payload) {
  ByteWriter writer(out);
  writer.number(shard);
  writer.text({reinterpret_cast<const char*>(payload.data()), payload.size()});
}

std::string SegmentName::text() const {
  std::array<char, 80> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), "%013lld-%s-%08u.journal", static_cast<long long>(created_ms),
                                 epoch.hex().c_str(), index);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

std::optional<SegmentName> SegmentName::parse(std::string_view text) {
  constexpr std::size_t hex_digits = 32;
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || !text.ends_with(name_suffix)) return std::nullopt;
  const auto rest = text.substr(dash + 1, text.size() - dash - 1 - name_suffix.size());
  if (rest.size() < hex_digits + 2 || rest[hex_digits] != '-') return std::nullopt;
  const auto created = number<std::int64_t>(text.substr(0, dash));
  const auto epoch = EpochId::from_hex(rest.substr(0, hex_digits));
  const auto index = number<std::uint32_t>(rest.substr(hex_digits + 1));
  if (!created || !epoch || !index) return std::nullopt;
  return SegmentName{*created, *epoch, *index};
}

}  // namespace pico::journal
