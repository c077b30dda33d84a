#pragma once
#include <span>
#include <vector>

#include "batch.hpp"
#include "metrics.hpp"
#include "pico/storage/ingest.hpp"
#include "pico/writer/errors.hpp"
#include "pico/writer/writer.hpp"
#include "session.hpp"

namespace pico::writer {

/// Writes the records and moves the checkpoints, in one transaction. Returns what was committed, leaving out records that are refused or
/// whose site was removed; the
/// caches of the session then know it. Throws storage::DatabaseError or CheckpointMoved, and nothing has changed in the session.
std::vector<Committed> write_in_one_transaction(Session& session, const storage::Epoch& epoch, std::span<const Record> records,
                                                std::span<const storage::Advance> advances, const Options& options,
                                                Metrics& metrics);

}  // namespace pico::writer
