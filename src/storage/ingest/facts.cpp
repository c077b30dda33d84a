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
    append_row(out, r.visit_id, r.at, r.page, r.name, r.site, r.day, r.interactive, binary::Json{r.properties});
  }
  ingest_.copy(
      "copy pico.event_details (visit_id, at, page_id, name_id, site_id, day, interactive, properties) "
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

}  // namespace pico::storage
