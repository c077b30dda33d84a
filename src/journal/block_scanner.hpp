#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "files.hpp"
#include "pico/journal/journal.hpp"

namespace pico::journal {

/// A whole block whose checksum matches. The payload lives until the scanner's next call.
struct Block {
  std::uint64_t offset = 0;
  std::uint64_t end = 0;  ///< where the next block begins
  Sequence first = 0;
  std::uint32_t count = 0;
  std::span<const std::byte> payload;

  [[nodiscard]] Sequence last() const { return first + count - 1; }
};

/// Finds the good blocks of one epoch in one segment file. Reads large chunks into one buffer of at most a block's size.
/// `limit` is how far the file may be read: nothing before it may change any more. Errors are those of File::read.
class BlockScanner {
 public:
  using Found = Result<std::optional<Block>>;

  /// The file must outlive the scanner.
  BlockScanner(const File& file, const EpochId& epoch) : file_(&file), epoch_(epoch) {}

  /// The block that begins at `offset`; nothing when no good one does.
  Found at(std::uint64_t offset, std::uint64_t limit);
  /// The first good block at or behind `offset` that begins with the record `at_least` or a later one.
  Found search(std::uint64_t offset, std::uint64_t limit, Sequence at_least);
  /// Whether a place that cannot be read counts as one without a good block, instead of an error.
  void skip_unreadable(bool skip) { skip_unreadable_ = skip; }

 private:
  Found read_block(std::uint64_t offset, std::uint64_t limit);
  /// `bytes` bytes from `offset` on, fewer only at the limit or the end of the file.
  Result<std::span<const std::byte>> view(std::uint64_t offset, std::uint64_t limit, std::size_t bytes);
  Result<void> fill(std::uint64_t offset, std::size_t bytes);

  const File* file_;
  EpochId epoch_;
  std::vector<std::byte> buffer_;
  std::uint64_t buffer_offset_ = 0;
  std::size_t buffer_used_ = 0;
  bool skip_unreadable_ = false;
};

}  // namespace pico::journal
