#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "pico/journal/journal.hpp"
#include "pico/storage/ingest.hpp"

namespace pico::writer {

/// The records of one epoch that one worker has yet to write: those of its shards behind their checkpoints. One thread.
class EpochSource {
 public:
  /// checkpoints: of the shards, in their order.
  EpochSource(journal::Journal& journal, const journal::EpochInfo& info, std::vector<std::uint8_t> shards,
              std::vector<journal::Sequence> checkpoints);

  /// The next record to write, or false: there is none for now; ended() tells whether there will be more.
  bool next(journal::Entry& entry);
  /// After next() was false: the epoch is old and has been read to its end. False also while the disk does not give what is there.
  [[nodiscard]] bool ended() const { return !info_.live && reader_->at_end(); }
  /// Waits for more. False: time is up, or none will come.
  bool wait(std::chrono::milliseconds at_most) { return reader_->wait(at_most); }

  /// Everything up to here was handed out or is not ours to write.
  [[nodiscard]] journal::Sequence position() const { return position_; }
  /// Moves of the shards' checkpoints to the target; none for those that are there or beyond.
  [[nodiscard]] std::vector<storage::Advance> advances(journal::Sequence target) const;
  void committed(journal::Sequence target);
  /// Where the database has the checkpoints, as far as we know; of the shards, in their order.
  [[nodiscard]] const std::vector<journal::Sequence>& checkpoints() const { return checkpoints_; }

  [[nodiscard]] const journal::EpochId& epoch() const { return info_.id; }
  /// The last durable record there is to read.
  [[nodiscard]] journal::Sequence last() const { return info_.live ? journal_.durable() : info_.last; }

 private:
  journal::Journal& journal_;
  const journal::EpochInfo info_;
  const std::vector<std::uint8_t> shards_;
  std::vector<journal::Sequence> checkpoints_;
  std::unique_ptr<journal::Reader> reader_;
  journal::Sequence position_ = 0;
};

}  // namespace pico::writer
