#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pico/journal/journal.hpp"

/// The bytes on disk. docs/journal-format.md is the description; a change here needs a new format_version and a change there.
namespace pico::journal {

inline constexpr std::uint32_t format_version = 1;

/// Blocks begin at multiples of this: the smallest sector of any disk, so that two blocks never share one, and the step in which
/// a scan looks for the next good block after damage.
inline constexpr std::size_t block_alignment = 512;

/// Header, payload and padding. Bounds what a reader must hold in memory.
inline constexpr std::size_t max_block_bytes = 1 << 20;

/// The start of a segment file, as it lies on disk (little-endian).
struct DiskSegmentHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t index;
  std::array<std::uint8_t, 16> epoch;
  std::uint64_t first;
  std::uint64_t previous_last;
  std::uint64_t previous_length;
  std::array<std::uint8_t, 4036> zero;
  std::uint32_t crc;  ///< CRC-32C of all bytes before it
};
static_assert(sizeof(DiskSegmentHeader) == 4096);
static_assert(offsetof(DiskSegmentHeader, version) == 8);
static_assert(offsetof(DiskSegmentHeader, index) == 12);
static_assert(offsetof(DiskSegmentHeader, epoch) == 16);
static_assert(offsetof(DiskSegmentHeader, first) == 32);
static_assert(offsetof(DiskSegmentHeader, previous_last) == 40);
static_assert(offsetof(DiskSegmentHeader, previous_length) == 48);
static_assert(offsetof(DiskSegmentHeader, crc) == 4092);

/// The start of a block, as it lies on disk (little-endian). The payload follows, then zeros up to the alignment.
struct DiskBlockHeader {
  std::array<char, 4> magic;
  std::uint32_t crc;  ///< CRC-32C of the rest of the header and the payload
  std::array<std::uint8_t, 16> epoch;
  std::uint64_t first;
  std::uint32_t count;
  std::uint32_t length;  ///< bytes of payload
};
static_assert(sizeof(DiskBlockHeader) == 40);
static_assert(offsetof(DiskBlockHeader, crc) == 4);
static_assert(offsetof(DiskBlockHeader, epoch) == 8);
static_assert(offsetof(DiskBlockHeader, first) == 24);
static_assert(offsetof(DiskBlockHeader, count) == 32);
static_assert(offsetof(DiskBlockHeader, length) == 36);

inline constexpr std::size_t segment_header_bytes = sizeof(DiskSegmentHeader);
inline constexpr std::size_t block_header_bytes = sizeof(DiskBlockHeader);
static_assert(segment_header_bytes % block_alignment == 0);
static_assert(max_group_bytes == max_block_bytes - block_header_bytes);

/// What the header of a segment says.
struct SegmentHeader {
  EpochId epoch;
  std::uint32_t index = 0;            ///< counts from 0 within the epoch
  Sequence first = 1;                 ///< what the segment's first record is or will be
  Sequence previous_last = 0;         ///< the last durable record before this segment; below first - 1 after a failure
  std::uint64_t previous_length = 0;  ///< bytes of the previous segment that were synced; nothing behind them counts
};

/// Of files that are not segments yet; a start deletes them.
inline constexpr std::string_view unfinished_suffix = ".tmp";

enum class HeaderFault : std::uint8_t { none, damaged, newer, older };  ///< newer, older: whole, and of another format_version

std::vector<std::byte> encode_segment_header(const SegmentHeader& header);
HeaderFault decode_segment_header(std::span<const std::byte> bytes, SegmentHeader& header);

/// A block is built in place: begin_block() leaves room for the header, records are appended, seal_block() writes the header and
/// the padding. `out` then holds whole blocks only.
std::size_t begin_block(std::vector<std::byte>& out);
void seal_block(std::vector<std::byte>& out, std::size_t start, const EpochId& epoch, Sequence first, std::uint32_t count);

/// The bytes a block with this payload takes, padding included.
constexpr std::uint64_t block_bytes(std::uint64_t payload) {
  return (block_header_bytes + payload + block_alignment - 1) / block_alignment * block_alignment;
}

/// The header at the start of `bytes` when it can be one of this epoch's; its payload is not checked yet.
std::optional<DiskBlockHeader> plausible_block(std::span<const std::byte> bytes, const EpochId& epoch);
/// `bytes`: header and payload.
bool checksum_matches(std::span<const std::byte> bytes, const DiskBlockHeader& header);

/// Appends one record as it lies in a block: shard, length (LEB128), payload.
void frame_record(std::vector<std::byte>& out, std::uint8_t shard, std::span<const std::byte> payload);

/// `<created>-<epoch>-<index>.journal`: sorted by name, the segments are in the order in which they were written.
struct SegmentName {
  std::int64_t created_ms = 0;  ///< when the epoch began, Unix time
  EpochId epoch;
  std::uint32_t index = 0;

  [[nodiscard]] std::string text() const;
  static std::optional<SegmentName> parse(std::string_view text);
};

}  // namespace pico::journal
