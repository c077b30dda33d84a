#pragma once
#include <string>
#include <utility>

#include "pico/storage/ingest.hpp"
#include "pico/writer/writer.hpp"
#include "visit_cache.hpp"
#include "word_book.hpp"

namespace pico::writer {

/// A connection and all that is remembered about the database behind it. Given up as a whole when the connection is lost or a
/// checkpoint has moved, since the database may then be an older one.
struct Session {
  Session(storage::Connection connection, const Options& options)
      : ingest(std::move(connection), options.hash_parts, options.owner),
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

/// The words that a transaction notes are forgotten again unless it is committed.
class PendingWords {
 public:
  explicit PendingWords(WordBook& words) : words_(words) {}
  ~PendingWords() { words_.rolled_back(); }
  PendingWords(const PendingWords&) = delete;
  PendingWords& operator=(const PendingWords&) = delete;

 private:
  WordBook& words_;
};

}  // namespace pico::writer
