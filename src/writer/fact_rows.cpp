#include "fact_rows.hpp"

#include <algorithm>
#include <limits>

namespace pico::writer {
namespace {

std::int16_t clamp_to_smallint(std::int32_t value) {
  return static_cast<std::int16_t>(std::clamp<std::int32_t>(value, 0, std::numeric_limits<std::int16_t>::max()));
}

}  // namespace

void FactRows::add(const event::Enriched& event, const Place& place, bool micro) {
  const auto& [site, visit, page] = place;
  if (event::is_row(event.kind)) {
    events_.push_back({visit, event.at, page, site, event.day, static_cast<std::int16_t>(event.kind),
                       clamp_to_smallint(event.load_ms), clamp_to_smallint(event.ttfb_ms)});
  }
  if (event.kind == event::Kind::custom) {
    details_.push_back(
        {visit, event.at, page, words_.name(event.name), site, event.day, event.interactive, event.properties, micro});
  } else if (event.kind == event::Kind::engagement) {
    engagement_.push_back({visit, event.at, page, site, event.day, event.engaged_ms, event.scroll_depth});
  } else if (event.kind == event::Kind::opted_out) {
    ++opt_outs_[{site, event.day}];
  }
}

void FactRows::add_micro(const event::Enriched& event, const Place& place, const MicroFields& fields, std::int32_t number) {
  const auto name = fields.name.empty() ? storage::WordId{0} : words_.name(fields.name);
  const auto label = words_.label(fields.platform, fields.referer_domain, fields.country);
  micro_.push_back({place.visit, event.at, fields.who, place.page, name, label, place.site, event.day, number});
  if (!fields.ip.empty()) addresses_.push_back({place.site, fields.who, fields.ip, event.day});
}

void FactRows::write(storage::Ingest::Batch& batch) {
  batch.copy_events(events_);
  batch.copy_details(details_);
  batch.copy_engagement(engagement_);
  batch.copy_micro(micro_);
  batch.add_micro_addresses(std::move(addresses_));
  std::vector<storage::OptOutRow> rows;
  for (const auto& [key, hits] : opt_outs_) rows.push_back({key.first, key.second, hits});
  batch.add_opt_outs(std::move(rows));
}

}  // namespace pico::writer
