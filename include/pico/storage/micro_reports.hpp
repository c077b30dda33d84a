#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

/// What µAnalytics' API tells of a site: the visits that it was handed in itself (`micro_visits`), and of all others page views and custom
/// events of people. `unique` counts who came: addresses over the whole range, and of visitors of the tracker, whose ids change every
/// day, visitors of a day.
///
/// All functions throw DatabaseError. Those but MicroVisits run in a transaction of their own.
namespace pico::storage {

/// From … on, and before … (both on whole seconds).
struct MicroRange {
  Instant from, until;
};

struct MicroFigures {
  std::int64_t total = 0, unique = 0;
};

struct MicroGroup {
  std::string id;  ///< blank: not known
  MicroFigures figures;
};

struct MicroBucket {
  Instant start;
  MicroFigures figures;
};

enum class MicroField : std::uint8_t { event, platform, domain, country };

MicroFigures micro_totals(Connection& connection, int site_id, const MicroRange& range);

/// By total, the largest first, then by id; the first `at_most`. `unique`: otherwise that figure means nothing, and costs nothing.
std::vector<MicroGroup> micro_groups(Connection& connection, int site_id, const MicroRange& range, MicroField field, bool unique, std::size_t at_most);

/// The periods that are not empty, as they follow each other, counted from 1970 on; the first `at_most`. interval: at least 1 s.
std::vector<MicroBucket> micro_times(Connection& connection, int site_id, const MicroRange& range, std::chrono::seconds interval, bool unique,
                                     std::size_t at_most);

/// Visits one by one: by time, then as they came in. Opened, it is a transaction on the connection, with which nothing else may be done; it
/// gives what was there when it began. Stretches of time are read one after the other, so the first visits of a long list are there before
/// the last have been sorted, and no more than a stretch is ever sorted.
class MicroVisits {
 public:
  struct Visit {
    Instant at;
    std::string event, path, ip, platform, referer_domain, country;
  };

  /// limit: no more than these; none: all.
  MicroVisits(Connection& connection, int site_id, const MicroRange& range, const std::optional<std::int64_t>& limit);

  /// The next ones, some thousand; none: those were all.
  std::vector<Visit> next();

 private:
  void open_stretch();
  void close_stretch();

  Connection& connection_;
  Transaction transaction_;
  const int site_id_;
  MicroRange rest_;                         // not opened yet
  std::int64_t left_;                       // of the limit
  std::chrono::days stretch_{1};            // the next one's length
  std::optional<std::int64_t> given_;       // of the open stretch
};

}  // namespace pico::storage
