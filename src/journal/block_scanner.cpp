#include "block_scanner.hpp"

#include <algorithm>

#include "format.hpp"

namespace pico::journal {
namespace {

constexpr std::size_t chunk_bytes = 256 << 10;

}  // namespace

Result<void> BlockScanner::fill(std::uint64_t offset, std::size_t bytes) {
  if (buffer_.size() < bytes) buffer_.resize(bytes);
  buffer_used_ = 0;
  const auto n = file_->read(std::span(buffer_).first(bytes), offset);
  if (!n) return n.error();
  buffer_offset_ = offset;
  buffer_used_ = *n;
  return {};
}

Result<std::span<const std::byte>> BlockScanner::view(std::uint64_t offset, std::uint64_t limit, std::size_t bytes) {
  bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, limit - offset));
  if (offset < buffer_offset_ || offset + bytes > buffer_offset_ + buffer_used_) {
    const auto chunk = static_cast<std::size_t>(std::min<std::uint64_t>(std::max(bytes, chunk_bytes), limit - offset));
    auto filled = fill(offset, chunk);
    // A place that cannot be read must not take the good blocks before it along.
    if (!filled && chunk > bytes) filled = fill(offset, bytes);
    if (!filled) return filled.error();
  }
  const auto skip = static_cast<std::size_t>(offset - buffer_offset_);
  return std::span<const std::byte>(buffer_).subspan(skip, std::min(bytes, buffer_used_ - skip));
}

BlockScanner::Found BlockScanner::at(std::uint64_t offset, std::uint64_t limit) {
  if (offset >= limit) return std::nullopt;
  auto found = read_block(offset, limit);
  if (!found && skip_unreadable_) return std::nullopt;
  return found;
}

BlockScanner::Found BlockScanner::read_block(std::uint64_t offset, std::uint64_t limit) {
  const auto start = view(offset, limit, block_header_bytes);
  if (!start) return start.error();
  const auto header = plausible_block(*start, epoch_);
  if (!header) return std::nullopt;
  const std::size_t size = block_header_bytes + header->length;
  const auto whole = view(offset, limit, size);
  if (!whole) return whole.error();
  if (whole->size() < size || !checksum_matches(*whole, *header)) return std::nullopt;
  return Block{offset, offset + block_bytes(header->length), header->first, header->count, whole->subspan(block_header_bytes)};
}

BlockScanner::Found BlockScanner::search(std::uint64_t offset, std::uint64_t limit, Sequence at_least) {
  for (; offset < limit; offset += block_alignment) {
    auto found = at(offset, limit);
    if (!found || (*found && (*found)->first >= at_least)) return found;
  }
  return std::nullopt;
}

}  // namespace pico::journal
