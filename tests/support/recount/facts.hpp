#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pico/stats/dimension.hpp"
#include "pico/storage/connection.hpp"
#include "support/recount/calendar.hpp"

/// The raw rows of a database in memory, words put in place of their ids.
namespace pico::test {

struct Page {
  std::string hostname, path;
};

/// A pageview or a custom event.
struct FactEvent {
  Instant at;
  bool pageview = false;
  std::string name;  ///< `pageview`, or the custom event's
  Page page;
  std::map<std::string, std::string> properties;
};

struct FactEngagement {
  Instant at;
  Page page;
  std::int64_t engaged_ms = 0;
  int scroll = -1;
};

/// A visit that counts, with all that belongs to it.
struct FactVisit {
  Day day;
  std::int64_t visitor = 0;
  Instant started, last;
  bool bounce = true;
  std::map<stats::Dimension, std::string> values;  ///< of every visit: dimension; blank as stored
  std::vector<FactEvent> events;
  std::vector<FactEngagement> engagement;
};

struct FactGoal {
  std::string name;
  std::optional<std::string> event_name, page_path;
};

struct FactSite {
  Zones zones;
  std::vector<FactVisit> visits;
  std::vector<FactGoal> goals;
  std::optional<Day> first_day;  ///< with a fact of any kind
  /// What columns of pico.visits say otherwise than the events that belong to the visit. Empty when all is well.
  std::vector<std::string> contradictions;
};

/// By domain. Reads whole tables in one REPEATABLE READ transaction.
std::map<std::string, FactSite> read_facts(storage::Connection& connection);

}  // namespace pico::test
