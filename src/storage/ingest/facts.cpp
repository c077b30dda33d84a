#include <algorithm>
#include <tuple>

#include "binary.hpp"
#include "ingest_impl.hpp"

namespace pico::storage {
namespace {

/// One row of a binary COPY.
template <class... Values>
void append_row(std::string& out, const Values&... values) {
  binary::append_number(out, static_cast<std::int16_t>(sizeof...(values)));
  (binary::Type<Values>::append(out, values), ...);
}

}  // namespace

void Ingest::Batch::copy_events(std::span<const EventRow> rows) {
  if (rows.empty()) return;
  std::string out;
  out.reserve(rows.size() * 80);
  for (const auto& r : rows) append_row(out, r.visit_id, r.at, r.page, r.site, r.day, r.kind, r.load_ms, r.ttfb_ms);
  ingest_.copy("copy pico.events (visit_id, at, page_id, site_id, day, kind, load_ms, ttfb_ms) from stdin (format binary)", out);
  rows_.events += rows.size();
}

void Ingest::Batch::copy_details(std::span<const DetailRow> rows) {
  if (rows.empty()) return;
  std::string out;
  for (const auto& r : rows) {
    append_row(out, r.visit_id, r.at, r.page, r.name, r.site, r.day, r.interactive, binary::Json{r.properties}, r.micro);
  }
  ingest_.copy(
      "copy pico.event_details (visit_id, at, page_id, name_id, site_id, day, interactive, properties, micro) "
      "from stdin (format binary)",
      out);
  rows_.details += rows.size();
}

void Ingest::Batch::copy_engagement(std::span<const EngagementRow> rows) {
  if (rows.empty()) return;
  std::string out;
  for (const auto& r : rows) append_row(out, r.visit_id, r.at, r.page, r.site, r.day, r.engaged_ms, r.scroll);
  ingest_.copy("copy pico.engagement (visit_id, at, page_id, site_id, day, engaged_ms, scroll) from stdin (format binary)", out);
  rows_.engagement += rows.size();
}

void Ingest::Batch::copy_micro(std::span<const MicroRow> rows) {
  if (rows.empty()) return;
  std::string out;
  out.reserve(rows.size() * 110);
  for (const auto& r : rows) append_row(out, r.visit_id, r.at, r.who, r.page, r.name, r.label, r.site, r.day, r.number);
  ingest_.copy(
      "copy pico.micro_visits (visit_id, at, who, page_id, name_id, label_id, site_id, day, number) "
      "from stdin (format binary)",
      out);
  rows_.micro += rows.size();
}

void Ingest::Batch::add_micro_addresses(std::vector<MicroAddressRow> rows) {
  if (rows.empty()) return;
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.site, a.who, b.day) < std::tie(b.site, b.who, a.day);  // of several days the latest first
  });
  const auto same = [](const auto& a, const auto& b) { return a.site == b.site && a.who == b.who; };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  ingest_.run("ingest.add_micro_addresses", {binary::array(rows, [](const MicroAddressRow& r) { return r.site; }),
                                             binary::array(rows, [](const MicroAddressRow& r) { return r.who; }),
                                             binary::array(rows, [](const MicroAddressRow& r) { return r.ip; }),
                                             binary::array(rows, [](const MicroAddressRow& r) { return r.day; })});
}

}  // namespace pico::storage
