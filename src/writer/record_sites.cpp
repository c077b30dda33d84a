#include "record_sites.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace pico::writer {
namespace {

/// The distinct domains of a batch.
struct Domains {
  std::vector<std::string_view> names;
  std::vector<std::string_view> zones;  ///< what the site starts with, if it has to be made
  std::vector<Instant> newest;          ///< of the domain's events
  std::vector<std::size_t> of_record;
};

Domains domains_of(std::span<const Record> records) {
  Domains out;
  out.of_record.resize(records.size());
  std::unordered_map<std::string_view, std::size_t> positions;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!records[i].refused.empty()) continue;
    const auto& event = records[i].event;
    const auto [entry, is_new] = positions.try_emplace(event.domain, out.names.size());
    if (is_new) {
      out.names.push_back(event.domain);
      out.zones.push_back(event.site_time_zone);
      out.newest.push_back(event.at);
    }
    out.newest[entry->second] = std::max(out.newest[entry->second], event.at);
    out.of_record[i] = entry->second;
  }
  return out;
}

void make_missing(storage::Ingest::Batch& batch, const Domains& domains, std::vector<storage::FoundSite>& sites) {
  std::vector<storage::SiteName> names;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (sites[i].id != 0 || domains.newest[i] < sites[i].takes_from) continue;
    names.push_back({domains.names[i], domains.zones[i]});
    positions.push_back(i);
  }
  if (names.empty()) return;
  const auto ids = batch.make_sites(names);
  for (std::size_t i = 0; i < ids.size(); ++i) sites[positions[i]].id = ids[i];
}

}  // namespace

RecordSites find_record_sites(storage::Ingest::Batch& batch, std::span<const Record> records, const SiteRules& rules) {
  RecordSites out;
  out.ids.resize(records.size());
  const auto domains = domains_of(records);
  if (domains.names.empty()) return out;
  auto found = batch.find_sites(domains.names);
  out.word_generation = found.word_generation;
  if (!rules.from_journal)
    for (auto& site : found.sites) site.takes_from = Instant::min();
  if (rules.make) make_missing(batch, domains, found.sites);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!records[i].refused.empty()) continue;
    const auto& site = found.sites[domains.of_record[i]];
    if (records[i].event.at < site.takes_from)
      ++out.of_removed_sites;
    else if (site.id == 0)
      ++out.of_unknown_sites;
    else
      out.ids[i] = site.id;
  }
  return out;
}

}  // namespace pico::writer
