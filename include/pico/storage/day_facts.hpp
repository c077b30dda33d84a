#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

/// The facts of one day of a site as plain values, for what adds them up itself. Rows are handed out one by one as they come, so
/// that a day of millions of events is never held here. All functions throw DatabaseError.
namespace pico::storage {

/// A visit that counts: of a person, and with at least one event.
struct VisitFact {
  std::int64_t visit_id = 0;
  Instant started_at, last_at;
  WordId entry_page = 0, exit_page = 0, acquisition = 0, device = 0, location = 0, screen = 0;
  std::int32_t pageviews = 0;
  std::int16_t flags = 0;
};

/// A pageview or a custom event. Its visit may be one that does not count.
struct EventFact {
  std::int64_t visit_id = 0;
  Instant at;
  WordId page = 0;
  bool custom = false;
  WordId name = 0;  ///< of a custom event
};

struct EngagementFact {
  std::int64_t visit_id = 0;
  Instant at;
  WordId page = 0;
  std::int32_t engaged_ms = 0;
  std::int16_t scroll = -1;  ///< 0–100; -1: none was sent
};

/// Both ends included.
struct TimeSpan {
  Instant first, last;
};

/// Which facts: the whole day, or those of some visitors (ten low bits zero, distinct).
struct FactScope {
  SiteId site = 0;
  Day day;
  std::optional<std::vector<std::int64_t>> visitors = {};
  /// Of some visitors: when their visits were. Only there events and engagement are looked for, as there is no index that leads
  /// from a visit to them. The spans do not overlap; each costs a statement.
  std::vector<TimeSpan> times = {};
};

using VisitReader = std::function<void(const VisitFact&)>;
using EventReader = std::function<void(const EventFact&)>;
using EngagementReader = std::function<void(const EngagementFact&)>;

/// In no particular order. The connection is in a transaction, and is not to be used by the reader.
void read_visits(Connection& connection, const FactScope& scope, const VisitReader& reader);
void read_events(Connection& connection, const FactScope& scope, const EventReader& reader);
void read_engagement(Connection& connection, const FactScope& scope, const EngagementReader& reader);

enum class WordKind : std::uint8_t { page, acquisition, device, location, screen, event_name };

/// A word's texts by kind:
/// page: host name, path; acquisition: source, channel, referrer, utm_source, medium, campaign, content, term;
/// device: browser, its version, operating system, its version, type; location: country, region, city;
/// screen: `1920x1080` (blank when both are 0), language; event_name: name.
/// The views live as long as the call.
using WordReader = std::function<void(WordId, std::span<const std::string_view> texts)>;

/// Looks words up; those that are not there are left out. `site` matters to pages and acquisitions only.
void read_words(Connection& connection, WordKind kind, SiteId site, std::span<const WordId> ids, const WordReader& reader);

}  // namespace pico::storage
