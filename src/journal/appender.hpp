#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "catalogue.hpp"
#include "files.hpp"
#include "format.hpp"
#include "pico/journal/journal.hpp"
#include "supply.hpp"

namespace pico::journal {

/// Appends groups to the live epoch's segments, as blocks. Used by the journal thread only.
/// After an error of write() or sync() the segment is never written again: the next open_segment() starts a new one.
class Appender {
 public:
  Appender(std::shared_ptr<Files> files, std::shared_ptr<Catalogue> catalogue, Supply& supply, const Options& options,
           const SegmentName& first_name);

  /// Makes sure that there is a segment with room for a group of this size. Errc::unavailable: no room for one; Errc::io.
  Result<void> open_segment(std::size_t group_bytes);
  /// Writes as many of the groups as the segment holds, the first at least; returns how many. Call open_segment() before.
  Result<std::size_t> write(std::span<const Group> groups);
  /// Makes what was written durable and tells the readers.
  Result<void> sync();

  [[nodiscard]] std::size_t largest_group() const { return largest_group_; }
  [[nodiscard]] Sequence durable() const { return durable_; }

 private:
  [[nodiscard]] bool fits(std::size_t group_bytes) const;
  Result<void> start(Spare spare);
  Result<void> write_block(std::span<const Group> groups);
  void close();

  // constant after construction
  const std::shared_ptr<Files> files_;
  const std::shared_ptr<Catalogue> catalogue_;
  Supply& supply_;
  const Options options_;
  const std::size_t largest_group_;

  SegmentName name_;            // of the segment to come
  std::unique_ptr<File> file_;  // none: closed, failed, or not opened yet
  std::uint64_t offset_ = 0;    // where the next block goes
  std::uint64_t synced_ = 0;    // of the current segment, or of the one before when there is none
  Sequence next_ = 1;
  Sequence durable_ = 0;
  std::vector<std::byte> block_;  // kept for its memory
};

}  // namespace pico::journal
