#pragma once
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "lru.hpp"
#include "pico/core/hash.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::writer {

/// Turns texts into the ids of words and notes which words Postgres may not have yet. An id is a keyed hash of the content, so
/// that every writer knows it without asking. Not thread-safe.
///
/// Words of a site are noted anew in each month, since Postgres keeps the last month of their use.
class WordBook {
 public:
  /// known: words remembered to be in Postgres. The key must outlive the book.
  WordBook(const HashKey& key, std::size_t known);

  storage::WordId page(storage::SiteId site, Day day, std::string_view hostname, std::string_view path);
  storage::WordId acquisition(storage::SiteId site, Day day, const event::Acquisition& content);
  storage::WordId device(const event::Device& content);
  storage::WordId location(const event::Location& content);
  storage::WordId screen(const event::Screen& content);
  storage::WordId name(std::string_view content);
  storage::WordId label(std::string_view platform, std::string_view referer_domain, std::string_view country);

  /// The words used since the last commit that may be missing in Postgres. Their texts are those that were given.
  [[nodiscard]] const storage::Words& missing() const { return missing_; }
  /// The missing words are written but not committed: their texts are needed no more. Of a transaction that uses more words than are
  /// remembered, the first are noted anew.
  void written();
  /// The words that were missing are in Postgres now.
  void committed();
  /// How many words are remembered.
  [[nodiscard]] std::size_t known() const { return known_.size(); }
  /// No word is known to be in Postgres any more.
  void forget() { known_.clear(); }
  /// Nothing was written.
  void rolled_back();

 private:
  enum class Table : std::uint8_t { pages, acquisitions, devices, locations, screens, names, labels };
  struct Key {
    storage::WordId id = 0;
    storage::SiteId site = 0;  // 0 for the words that all sites share
    Table table = Table::pages;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return static_cast<std::size_t>(key.id) ^ (static_cast<std::size_t>(key.site) << 8) ^ static_cast<std::size_t>(key.table);
    }
  };

  storage::WordId digest();
  /// Whether the word has to be written. From then on it counts as noted.
  bool is_missing(const Key& key, Day month);

  KeyedHasher hasher_;
  const std::size_t most_known_;
  Lru<Key, Day, KeyHash> known_;                   // the latest month in which it was written
  std::unordered_map<Key, Day, KeyHash> pending_;  // the same for what this transaction has noted
  storage::Words missing_;
};

}  // namespace pico::writer
