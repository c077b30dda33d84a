#include <algorithm>
#include <map>
#include <numeric>

#include "binary.hpp"
#include "ingest_impl.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

/// The revision that a head row proposes. The upsert updates only where the stored one (always positive) is the proposed one
/// negated, so a visitor-day that is expected to be new never overwrites one that exists.
std::int16_t proposed_rev(const HeadRow& head) {
  return head.rev == 0 ? std::int16_t{1} : static_cast<std::int16_t>(-head.rev);
}

/// Any row of visits as columns in the order of upsert_visits.sql and upsert_heads.sql. Ordinals other than 0 need no revision.
template <class Row, class Rev>
std::vector<std::string> visit_columns(const std::vector<Row>& rows, Rev rev) {
  const auto column = [&](auto get) { return binary::array(rows, get); };
  return {column([](const Row& r) { return r.key.visitor + r.visit.ordinal; }),
          column([](const Row& r) { return r.visit.started_at; }),
          column([](const Row& r) { return r.visit.last_at; }),
          column([](const Row& r) { return r.visit.origin.entry_page; }),
          column([](const Row& r) { return r.visit.exit_page; }),
          column([](const Row& r) { return r.visit.origin.acquisition; }),
          column([](const Row& r) { return r.visit.origin.device; }),
          column([](const Row& r) { return r.visit.origin.location; }),
          column([](const Row& r) { return r.visit.origin.screen; }),
          column([](const Row& r) { return r.key.site; }),
          column([](const Row& r) { return r.key.day; }),
          column([](const Row& r) { return r.visit.pageviews; }),
          column([](const Row& r) { return r.visit.events; }),
          column([](const Row& r) { return r.visit.entry_ms; }),
          column([](const Row& r) { return r.visit.exit_ms; }),
          column(rev),
          column([](const Row& r) { return r.visit.origin.bot; }),
          column([](const Row& r) { return r.visit.flags; })};
}

/// Keys with their places in a list.
struct PlacedKeys {
  std::vector<VisitorDay> keys;
  std::vector<std::size_t> places;
};

/// Each month is a partition of its own, with some twenty relations to open and lock: a statement is of one month.
std::map<Day, PlacedKeys> by_month(std::span<const VisitorDay> keys) {
  std::map<Day, PlacedKeys> months;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::chrono::year_month_day date(keys[i].day);
    auto& month = months[date.year() / date.month() / 1];
    month.keys.push_back(keys[i]);
    month.places.push_back(i);
  }
  return months;
}

/// The keys' columns, and the first and last of their days.
std::vector<std::string> key_columns(std::span<const VisitorDay> keys) {
  const auto [first, last] = std::minmax_element(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.day < b.day; });
  std::string first_day, last_day;
  binary::append_number(first_day, static_cast<std::int32_t>((first->day - binary::postgres_epoch).count()));
  binary::append_number(last_day, static_cast<std::int32_t>((last->day - binary::postgres_epoch).count()));
  return {binary::array(keys, [](const VisitorDay& k) { return k.site; }),
          binary::array(keys, [](const VisitorDay& k) { return k.day; }),
          binary::array(keys, [](const VisitorDay& k) { return k.visitor; }),
          std::move(first_day),
          std::move(last_day)};
}

/// Columns as in read_visits.sql, from started_at on.
Visit read_visit(Fields& fields) {
  Visit visit;
  visit.started_at = fields.instant();
  visit.last_at = fields.instant();
  visit.origin.entry_page = fields.int8();
  visit.exit_page = fields.int8();
  visit.origin.acquisition = fields.int8();
  visit.origin.device = fields.int8();
  visit.origin.location = fields.int8();
  visit.origin.screen = fields.int8();
  visit.pageviews = fields.int4();
  visit.events = fields.int4();
  visit.entry_ms = fields.int4();
  visit.exit_ms = fields.int4();
  visit.origin.bot = fields.int2();
  visit.flags = fields.int2();
  return visit;
}

}  // namespace

std::vector<std::int16_t> Ingest::Batch::write_heads(std::span<const HeadRow> heads) {
  std::vector<std::int16_t> revs(heads.size(), 0);
  if (heads.empty()) return revs;
  std::vector<std::size_t> order(heads.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return heads[a].key < heads[b].key; });
  std::vector<HeadRow> sorted;
  sorted.reserve(heads.size());
  for (const auto i : order) sorted.push_back(heads[i]);

  const auto result = ingest_.run("ingest.upsert_heads", visit_columns(sorted, &proposed_rev));
  std::vector<VisitorDay> vanished;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    Fields fields(result, row);
    const VisitorDay key{.site = fields.int4(), .day = fields.day(), .visitor = fields.int8()};
    const auto rev = fields.int2();
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), key,
                                     [](const HeadRow& head, const VisitorDay& k) { return head.key < k; });
    if (rev > 0) {
      revs[order[static_cast<std::size_t>(at - sorted.begin())]] = rev;
    } else {
      vanished.push_back(key);
    }
  }
  // A row that was expected to exist and did not (a removed site, a pruned day) has been inserted from a summary that is no
  // longer true.
  for (const auto& [month, of_month] : by_month(vanished)) ingest_.run_planned("ingest.delete_heads", key_columns(of_month.keys));
  rows_.visits += static_cast<std::size_t>(PQntuples(result.get())) - vanished.size();
  return revs;
}

std::vector<StoredVisits> Ingest::Batch::read_visits(std::span<const VisitorDay> keys) {
  std::vector<StoredVisits> out(keys.size());
  for (const auto& [month, of_month] : by_month(keys)) {
    const auto result = ingest_.run_planned("ingest.read_visits", key_columns(of_month.keys));
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      Fields fields(result, row);
      auto& stored = out[of_month.places[static_cast<std::size_t>(fields.int8() - 1)]];
      const auto ordinal = static_cast<std::uint16_t>(fields.int8());
      const auto rev = fields.int2();
      if (ordinal == 0) stored.rev = rev;
      stored.visits.push_back(read_visit(fields));
      stored.visits.back().ordinal = ordinal;
    }
  }
  return out;
}

void Ingest::Batch::write_visits(std::vector<VisitRow> rows) {
  if (rows.empty()) return;
  std::sort(rows.begin(), rows.end(), [](const VisitRow& a, const VisitRow& b) {
    return std::tie(a.key, a.visit.ordinal) < std::tie(b.key, b.visit.ordinal);
  });
  ingest_.run("ingest.upsert_visits", visit_columns(rows, [](const VisitRow&) { return std::int16_t{0}; }));
  rows_.visits += rows.size();
}

void Ingest::Batch::merge_visits(std::span<const MergeRow> merges) {
  // Merges are rare. With values of its own each statement is planned for its day's partition and the time interval; a join over
  // many merges would not be.
  for (const auto& merge : merges) {
    const auto from = merge.key.visitor + merge.from, to = merge.key.visitor + merge.to;
    const auto site = static_cast<std::int64_t>(merge.key.site);
    auto& connection = ingest_.connection;
    connection.execute(sql("ingest.delete_visit"), site, merge.key.day, from);
    for (const auto* statement : {"ingest.repoint_events", "ingest.repoint_event_details", "ingest.repoint_engagement",
                                  "ingest.repoint_micro_visits"}) {
      connection.execute(sql(statement), site, merge.key.day, from, to, merge.first, merge.last);
    }
  }
  rows_.merged += merges.size();
}

}  // namespace pico::storage
