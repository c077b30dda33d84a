#include "reader.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "block_scanner.hpp"
#include "format.hpp"
#include "pico/core/byte_buffer.hpp"

namespace pico::journal {
namespace {

/// So long a place that cannot be read may be a passing trouble of the disk; after that it is damage, and is skipped.
constexpr std::chrono::minutes unreadable_patience{5};

class EpochReader final : public Reader {
 public:
  EpochReader(std::shared_ptr<Files> files, std::shared_ptr<Catalogue> catalogue, const EpochId& epoch)
      : files_(std::move(files)), catalogue_(std::move(catalogue)), epoch_(epoch) {}

  bool next(Entry& entry) override {
    do {
      if (next_in_block(entry)) return true;
    } while (next_block());
    return false;
  }

  void seek(Sequence after) override {
    position_ = reached_ = after;
    segment_.reset();
    scanner_.reset();
    left_ = 0;
  }

  bool at_end() const override { return !trouble_since_; }

  bool wait(std::chrono::milliseconds at_most) override {
    if (!trouble_since_) return catalogue_->wait(epoch_, reached_, at_most);
    catalogue_->pause(at_most);
    return false;
  }

 private:
  bool next_in_block(Entry& entry);
  bool next_block();
  bool find_offset();
  bool reach_end(Sequence last);
  bool enter(Segment segment);
  void pass_over();
  BlockScanner::Found read_block();
  void note_trouble(const Error& error);
  bool lost_patience() const;
  void report_gap(const Segment& segment, std::uint64_t offset, Sequence until);
  void report_lost(const Segment& segment, std::uint64_t offset, Sequence until, const std::string& what);

  const std::shared_ptr<Files> files_;
  const std::shared_ptr<Catalogue> catalogue_;
  const EpochId epoch_;

  Sequence position_ = 0;  ///< the last record handed out, or sought
  Sequence reached_ = 0;   ///< there is nothing more to read up to here; beyond position_ where the end is damaged

  // the place in the file
  std::optional<Segment> segment_;
  std::unique_ptr<File> file_;  ///< null: it could not be opened for long, and the segment is passed over
  std::optional<BlockScanner> scanner_;
  std::uint64_t offset_ = 0;
  Sequence expected_ = 1;  ///< what the block at offset_ should begin with
  std::optional<Files::TimePoint> trouble_since_;

  // the rest of the current block
  ByteReader frames_{{}};
  std::uint32_t left_ = 0;
  Sequence sequence_ = 0;
};

bool EpochReader::next_in_block(Entry& entry) {
  while (left_ > 0) {
    const auto shard = frames_.number<std::uint8_t>();
    const auto payload = frames_.text();
    --left_;
    const auto sequence = sequence_++;
    if (sequence <= position_) continue;
    position_ = sequence;
    reached_ = std::max(reached_, position_);
    entry = {position_, shard, std::as_bytes(std::span(payload))};
    return true;
  }
  return false;
}

bool EpochReader::next_block() {
  if (!find_offset()) return false;
  const auto found = read_block();
  if (!found) {
    note_trouble(found.error());
    if (!lost_patience()) return false;
    scanner_->skip_unreadable(true);
    return true;
  }
  trouble_since_.reset();
  scanner_->skip_unreadable(false);
  if (!*found) {  // nothing good up to the end of this segment
    report_gap(*segment_, offset_, segment_->last + 1);
    offset_ = segment_->length;
    return true;
  }
  const Block& block = **found;
  if (block.offset != offset_ || block.first > expected_) report_gap(*segment_, offset_, block.first);
  offset_ = block.end;
  expected_ = block.last() + 1;
  frames_ = ByteReader(block.payload);
  left_ = block.count;
  sequence_ = block.first;
  return true;
}

/// Puts offset_ on durable bytes, in the next segment if need be. False: there are none, or the file cannot be opened for now.
bool EpochReader::find_offset() {
  if (!segment_) {
    auto step = catalogue_->locate(epoch_, position_);
    if (!step.segment) return reach_end(step.last);
    if (!enter(std::move(*step.segment))) return false;
    expected_ = segment_->first;  // the records up to position_ are read over
    if (!file_) pass_over();
  }
  while (offset_ >= segment_->length) {
    auto step = catalogue_->follow(epoch_, segment_->index, offset_);
    if (!step.segment) return reach_end(step.last);
    if (file_ && step.segment->index == segment_->index) {
      segment_ = std::move(step.segment);
    } else {
      if (!enter(std::move(*step.segment))) return false;
      if (segment_->previous_last >= expected_) report_gap(*segment_, 0, segment_->previous_last + 1);
      expected_ = std::max(expected_, segment_->first);
      if (!file_) pass_over();
    }
  }
  return true;
}

bool EpochReader::reach_end(Sequence last) {
  reached_ = std::max(reached_, last);
  trouble_since_.reset();  // what could not be opened has been deleted
  return false;
}

/// Goes to the beginning of the segment. False: its file cannot be opened for now. Without a file when that has been so for too long.
bool EpochReader::enter(Segment segment) {
  auto file = files_->open(segment.path);
  if (!file) {
    note_trouble(file.error());
    if (file.error().code == Errc::unavailable || !lost_patience()) return false;
  }
  trouble_since_.reset();
  segment_ = std::move(segment);
  offset_ = segment_header_bytes;
  scanner_.reset();
  file_ = file ? std::move(*file) : nullptr;
  if (file_) scanner_.emplace(*file_, epoch_);
  return true;
}

/// A segment that cannot be opened. When it grows, as the live epoch's last one does, it is tried again.
void EpochReader::pass_over() {
  expected_ = std::max(expected_, position_ + 1);
  report_lost(*segment_, segment_->length, segment_->last + 1, "cannot be opened");
  offset_ = segment_->length;
}

BlockScanner::Found EpochReader::read_block() {
  auto found = scanner_->at(offset_, segment_->length);
  if (!found || *found) return found;
  return scanner_->search(offset_ + block_alignment, segment_->length, expected_);
}

void EpochReader::note_trouble(const Error& error) {
  if (trouble_since_) return;
  spdlog::error("journal: {} Trying again.", error.message);
  trouble_since_ = files_->now();
}

bool EpochReader::lost_patience() const {
  return files_->now() - *trouble_since_ >= unreadable_patience;
}

void EpochReader::report_gap(const Segment& segment, std::uint64_t offset, Sequence until) {
  report_lost(segment, offset, until, "is damaged at byte " + std::to_string(offset));
}

/// The records from expected_ up to `until` are missing.
void EpochReader::report_lost(const Segment& segment, std::uint64_t offset, Sequence until, const std::string& what) {
  const Sequence lost = until > expected_ ? until - expected_ : 0;
  if (catalogue_->report_damage(epoch_, segment.index, offset, lost)) {
    spdlog::error("journal: {} {}: {} records from number {} on are lost.", segment.path.string(), what, lost, expected_);
  }
  expected_ = std::max(expected_, until);
}

}  // namespace

std::unique_ptr<Reader> make_reader(std::shared_ptr<Files> files, std::shared_ptr<Catalogue> catalogue, const EpochId& epoch) {
  return std::make_unique<EpochReader>(std::move(files), std::move(catalogue), epoch);
}

}  // namespace pico::journal
