#pragma once
#include <cstdint>
#include <vector>

#include "pico/writer/bulk_writer.hpp"
#include "session.hpp"

namespace pico::writer {

/// What a first look at a source tells.
struct Survey {
  std::uint64_t events = 0;
  std::uint64_t pieces = 0;  ///< that are worked on one after the other
  std::vector<Day> months;  ///< first days
  std::vector<std::int32_t> lanes;  ///< of their sites: writes of the same lane take turns
};

/// Throws InvalidEvent for the first event that cannot be stored.
Survey survey(BulkSource& source, Instant now);

/// One attempt at a bulk write.
struct BulkAttempt {
  BulkResult result;
  storage::RowCounts rows;
  bool moved = false;       ///< the checkpoint, as far as this transaction is concerned: no other one has moved it before
  bool committing = false;  ///< it got as far as the commit; whether that took place is known once write_bulk() returns
};

/// Writes all of the source's events and moves the checkpoint, in one transaction, and fills in the attempt. When it throws, nothing
/// is remembered in the session. Throws storage::DatabaseError, CheckpointMoved, or what the source throws.
void write_bulk(Session& session, const BulkStep& step, BulkSource& source, const Survey& surveyed, const Options& options,
                BulkAttempt& attempt);

}  // namespace pico::writer
