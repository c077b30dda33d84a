#pragma once
#include <compare>
#include <cstdint>
#include <string_view>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/event/enriched.hpp"

/// The rows of a batch, as plain values: what the writer computes and storage::Ingest writes. migrations/0001_schema.sql says
/// what the columns mean. Texts are views that must live until they are written.
namespace pico::storage {

using SiteId = std::int32_t;
using WordId = std::int64_t;  ///< keyed hash of the content; 0: no word

/// Highest number of a visit within its visitor-day: the ten low bits of a visit id.
inline constexpr std::uint16_t max_ordinal = 1023;

/// One visitor on one local day of one site.
struct VisitorDay {
  SiteId site = 0;
  Day day;
  std::int64_t visitor = 0;  ///< visitor_id as Postgres keeps it: signed, ten low bits zero
  auto operator<=>(const VisitorDay&) const = default;
};

/// What a visit takes from its earliest row event.
struct Origin {
  WordId entry_page = 0, acquisition = 0, device = 0, location = 0, screen = 0;
  std::int16_t bot = 0;
  auto operator<=>(const Origin&) const = default;
};

/// A row of pico.visits without its key and rev. The offsets in milliseconds count from started_at.
struct Visit {
  Instant started_at, last_at;
  Origin origin;
  WordId exit_page = 0;
  std::int32_t pageviews = 0;
  std::int32_t events = 0;  ///< 0: pings only so far, not a visit yet; origin and exit_page are then zero too
  std::int32_t entry_ms = 0, exit_ms = 0;
  std::uint16_t ordinal = 0;  ///< visit_id = visitor + ordinal; 0 is the head
  std::int16_t flags = 0;
  bool operator==(const Visit&) const = default;
};

inline constexpr std::int16_t bounce_ended = 1;  ///< Visit::flags, bit 0

struct VisitRow {
  VisitorDay key;
  Visit visit;
};

/// rev: what the head's is expected to be; 0: the visitor-day is expected to have no row yet.
struct HeadRow {
  VisitorDay key;
  Visit visit;
  std::int16_t rev = 0;
};

/// The visit `from` became part of `to`; its events lie between first and last.
struct MergeRow {
  VisitorDay key;
  std::uint16_t from = 0, to = 0;
  Instant first, last;
};

struct EventRow {
  std::int64_t visit_id = 0;
  Instant at;
  WordId page = 0;
  SiteId site = 0;
  Day day;
  std::int16_t kind = 0, load_ms = 0, ttfb_ms = 0;
};

struct DetailRow {
  std::int64_t visit_id = 0;
  Instant at;
  WordId page = 0, name = 0;
  SiteId site = 0;
  Day day;
  bool interactive = true;
  std::string_view properties;  ///< blank: NULL
  bool micro = false;           ///< has a MicroRow, too
};

struct EngagementRow {
  std::int64_t visit_id = 0;
  Instant at;
  WordId page = 0;
  SiteId site = 0;
  Day day;
  std::int32_t engaged_ms = 0;
  std::int16_t scroll = -1;
};

/// An item of µAnalytics' API as that gives it back.
struct MicroRow {
  std::int64_t visit_id = 0;
  Instant at;
  std::int64_t who = 0;  ///< pseudonym of who came
  WordId page = 0, name = 0, label = 0;
  SiteId site = 0;
  Day day;
  std::int32_t number = 0;  ///< orders items of the same moment
};

struct MicroAddressRow {
  SiteId site = 0;
  std::int64_t who = 0;
  std::string_view ip;
  Day day;  ///< on which it came
};

struct OptOutRow {
  SiteId site = 0;
  Day day;
  std::int64_t hits = 0;
};

/// month: the first day of the month in which a fact uses the word.
struct PageWord {
  SiteId site = 0;
  WordId id = 0;
  Day month;
  std::string_view hostname, path;
};
struct AcquisitionWord {
  SiteId site = 0;
  WordId id = 0;
  Day month;
  event::Acquisition content;
};
struct DeviceWord {
  WordId id = 0;
  event::Device content;
};
struct LocationWord {
  WordId id = 0;
  event::Location content;
};
struct ScreenWord {
  WordId id = 0;
  event::Screen content;
};
struct NameWord {
  WordId id = 0;
  std::string_view content;
};
struct LabelWord {
  WordId id = 0;
  std::string_view platform, referer_domain, country;
};

/// Words that may be missing in Postgres.
struct Words {
  std::vector<PageWord> pages;
  std::vector<AcquisitionWord> acquisitions;
  std::vector<DeviceWord> devices;
  std::vector<LocationWord> locations;
  std::vector<ScreenWord> screens;
  std::vector<NameWord> names;
  std::vector<LabelWord> labels;
};

}  // namespace pico::storage
