#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pico/stats/query.hpp"
#include "pico/storage/connection.hpp"
#include "raw/scope.hpp"

namespace pico::stats::raw {

/// Finds the ids of the words that fit a test, and remembers them for one answer. Throws storage::DatabaseError.
class Words {
 public:
  Words(storage::Connection& connection, storage::SiteId site) : connection_(connection), site_(site) {}

  /// Of a dimension with a word_column(): the ids whose text fits the test's positive sense. 0 is among them when a blank fits, and
  /// for event_name when `pageview` does.
  const std::vector<std::int64_t>& ids(const Test& test);
  /// Of a property: the texts among the events of the scope that fit, a missing one as its blank_label().
  std::vector<std::string> property_texts(const Test& test, const Scope& scope);
  /// Custom events that call themselves `pageview`: they are shown, and so counted, together with pageviews.
  std::int64_t pageview_name_id();

 private:
  std::vector<std::int64_t> find(const Test& test);

  storage::Connection& connection_;
  const storage::SiteId site_;
  std::map<std::string, std::vector<std::int64_t>> known_;
  std::optional<std::int64_t> pageview_name_id_;
};

/// What a pageview is called among the names of events.
inline constexpr std::string_view pageview_name = "pageview";

}  // namespace pico::stats::raw
