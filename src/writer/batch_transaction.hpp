#pragma once
#include <functional>
#include <span>
#include <stdexcept>
#include <vector>

#include "batch.hpp"
#include "metrics.hpp"
#include "pico/storage/ingest.hpp"
#include "pico/writer/writer.hpp"
#include "visit_cache.hpp"
#include "word_book.hpp"

namespace pico::writer {

/// Somebody else has moved a checkpoint of ours, or the database has gone back in time: what we remember is no longer true.
class CheckpointMoved : public std::runtime_error {
 public:
  CheckpointMoved() : std::runtime_error("a checkpoint is not where it was left") {}
};

/// A connection and all that is remembered about the database behind it. Given up as a whole when the connection is lost or a
/// checkpoint has moved, since the database may then be an older one.
struct Session {
  Session(storage::Connection connection, const Options& options)
      : ingest(std::move(connection), options.hash_parts),
        visits(options.cached_visitors / options.writers),
        words(ingest.word_key(), options.cached_words / options.writers) {}

  /// As read in the transaction that is about to use words; blank: it uses none.
  void note_generation(const std::string& generation) {
    if (generation == word_generation) return;
    words.forget();
    word_generation = generation;
  }

  storage::Ingest ingest;
  VisitCache visits;
  WordBook words;
  std::string word_generation;
};

/// Writes the records and moves the checkpoints, in one transaction. Returns what was committed, leaving out records that are refused or
/// whose site was removed; the
/// caches of the session then know it. Throws storage::DatabaseError or CheckpointMoved, and nothing has changed in the session.
std::vector<Committed> write_in_one_transaction(Session& session, const storage::Epoch& epoch, std::span<const Record> records,
                                                std::span<const storage::Advance> advances, const Options& options,
                                                Metrics& metrics);

}  // namespace pico::writer
