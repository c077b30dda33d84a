#pragma once
#include <string>

#include "pico/storage/connection.hpp"

namespace pico::storage {

/// Facts inserted by hand, for tests of what reads or removes them. Their partitions must exist.
struct VisitRow {
  int site = 1;
  std::int64_t id = 1024;
  std::string day = "2026-11-22";
  std::string started_at = "2026-11-22 12:00:00Z";
  std::string last_at = "2026-11-22 12:00:00Z";
  std::int64_t entry = 1, exit = 1, acquisition = 1, device = 1, location = 1, screen = 1;
  int pageviews = 1, events = 1;
  int bot = 0, flags = 0;
};

inline void insert(Connection& connection, const VisitRow& v) {
  connection.execute(
      "insert into pico.visits (visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id, "
      "location_id,"
      " screen_id, site_id, day, pageviews, events, entry_ms, exit_ms, rev, bot, flags)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, 1, $14, $15)",
      v.id, v.started_at, v.last_at, v.entry, v.exit, v.acquisition, v.device, v.location, v.screen, v.site, v.day, v.pageviews,
      v.events, v.bot, v.flags);
}

struct EventRow {
  int site = 1;
  std::int64_t visit = 1024;
  std::string day = "2026-11-22";
  std::string at = "2026-11-22 12:00:00Z";
  std::int64_t page = 1;
  int kind = 1;
  int load_ms = 0, ttfb_ms = 0;
};

inline void insert(Connection& connection, const EventRow& e) {
  connection.execute(
      "insert into pico.events (visit_id, at, page_id, site_id, day, kind, load_ms, ttfb_ms) values ($1, $2, $3, $4, $5, $6, $7, "
      "$8)",
      e.visit, e.at, e.page, e.site, e.day, e.kind, e.load_ms, e.ttfb_ms);
}

/// A custom event: a row of kind 0 and its details.
inline void insert_custom(Connection& connection, EventRow e, std::int64_t name) {
  e.kind = 0;
  insert(connection, e);
  connection.execute(
      "insert into pico.event_details (visit_id, at, page_id, name_id, site_id, day, interactive, properties)"
      " values ($1, $2, $3, $4, $5, $6, true, '{\"a\": \"b\"}')",
      e.visit, e.at, e.page, name, e.site, e.day);
}

inline void insert_page(Connection& connection, int site, std::int64_t id, const std::string& path,
                        const std::string& last_month = "2026-11-01") {
  connection.execute("insert into pico.pages values ($1, $2, $3, 'example.com', $4)", site, id, last_month, path);
}

/// One word of each kind but pages, with the id 1.
inline void insert_words(Connection& connection, int site) {
  connection.execute(
      "insert into pico.acquisitions values ($1, 1, '2026-11-01', 'google.com/search', 'Organic Search', 'Google', 'cpc', "
      "'spring', 'banner',"
      " 'shoes', 'newsletter', 'gclid')",
      site);
  connection.execute(
      "insert into pico.devices values (1, 'Firefox', '128.0', 'Linux', '6.1', 'Linux', 'Computer');"
      "insert into pico.locations values (1, 'DE', 'Berlin', 'Berlin', 52.5, 13.4);"
      "insert into pico.screens values (1, 1920, 1080, 1.5, 24, 'Europe/Berlin', 'de-DE')");
}

inline int count(Connection& connection, const std::string& from) {
  return connection.execute("select count(*) from " + from).get<int>(0, 0);
}

}  // namespace pico::storage
