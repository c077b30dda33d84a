#include "epoch_source.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace pico::writer {

EpochSource::EpochSource(journal::Journal& journal, const journal::EpochInfo& info, std::vector<std::uint8_t> shards,
                         std::vector<journal::Sequence> checkpoints)
    : journal_(journal),
      info_(info),
      shards_(std::move(shards)),
      checkpoints_(std::move(checkpoints)),
      reader_(journal.reader(info.id)) {
  position_ = *std::min_element(checkpoints_.begin(), checkpoints_.end());
  if (info.first > position_ + 1) {
    spdlog::warn(
        "journal epoch {} begins at record {} and the database has it up to {}: unless all in between were other writers' or "
        "never acknowledged, the database was restored to a moment that the journal no longer reaches back to",
        info.id.hex(), info.first, position_);
  }
  reader_->seek(position_);
}

bool EpochSource::next(journal::Entry& entry) {
  while (reader_->next(entry)) {
    position_ = entry.sequence;
    const auto shard = std::find(shards_.begin(), shards_.end(), entry.shard);
    if (shard == shards_.end()) continue;
    if (entry.sequence > checkpoints_[static_cast<std::size_t>(shard - shards_.begin())]) return true;
  }
  if (ended()) position_ = std::max(position_, info_.last);  // the last ones are others'
  return false;
}

std::vector<storage::Advance> EpochSource::advances(journal::Sequence target) const {
  std::vector<storage::Advance> moves;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    if (checkpoints_[i] < target) moves.push_back({shards_[i], checkpoints_[i], target});
  }
  return moves;
}

void EpochSource::committed(journal::Sequence target) {
  for (auto& checkpoint : checkpoints_) checkpoint = std::max(checkpoint, target);
}

}  // namespace pico::writer
