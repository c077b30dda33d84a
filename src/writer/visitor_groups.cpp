#include "visitor_groups.hpp"

#include <algorithm>
#include <stdexcept>

namespace pico::writer {
namespace {

storage::VisitorDay key_of(const event::Enriched& event, storage::SiteId site) {
  return {.site = site, .day = event.day, .visitor = static_cast<std::int64_t>(event.visitor_id)};
}

bool belongs_to_a_visitor(const Record& record, storage::SiteId site) {
  return site != 0 && record.event.kind != event::Kind::opted_out;
}

const storage::Visit& head_of(const Sessions& sessions) {
  return *std::find_if(sessions.visits.begin(), sessions.visits.end(), [](const auto& visit) { return visit.ordinal == 0; });
}

}  // namespace

VisitorGroups::VisitorGroups(std::span<const Record> records, std::span<const storage::SiteId> site_of, WordBook& words,
                             std::chrono::milliseconds timeout)
    : records_(records), words_(words), timeout_(timeout), pages_(records.size()), visit_ids_(records.size()) {
  origin_of_ = [this, site_of](const Hit& hit) {
    const auto& event = records_[hit.index].event;
    return storage::Origin{.entry_page = hit.page,
                           .acquisition = words_.acquisition(site_of[hit.index], event.day, event.acquisition),
                           .device = words_.device(event.device),
                           .location = words_.location(event.location),
                           .screen = words_.screen(event.screen),
                           .bot = static_cast<std::int16_t>(event.bot)};
  };
  collect(site_of);
}

void VisitorGroups::collect(std::span<const storage::SiteId> site_of) {
  std::vector<std::pair<storage::VisitorDay, std::uint32_t>> order;
  order.reserve(records_.size());
  for (std::uint32_t i = 0; i < records_.size(); ++i) {
    if (belongs_to_a_visitor(records_[i], site_of[i])) order.emplace_back(key_of(records_[i].event, site_of[i]), i);
  }
  std::sort(order.begin(), order.end());
  hits_.reserve(order.size());
  for (const auto& [key, i] : order) {
    const auto& event = records_[i].event;
    if (groups_.empty() || groups_.back().key != key) groups_.push_back({.key = key, .first_hit = hits_.size()});
    if (event.kind != event::Kind::ping) {
      pages_[i] = words_.page(key.site, event.day, event.hostname, event.path);
      groups_.back().pings_only = false;
    }
    hits_.push_back({event.at, event.kind, event.interactive, pages_[i], i});
    ++groups_.back().hits;
  }
}

void VisitorGroups::cut(Group& group) {
  const auto hits = std::span(hits_).subspan(group.first_hit, group.hits);
  group.sessions = sessionize(group.before.visits, hits, timeout_, origin_of_);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    visit_ids_[hits[i].index] = group.key.visitor + group.sessions.ordinal_of[i];
  }
}

void VisitorGroups::write(storage::Ingest::Batch& batch, VisitCache& cache) {
  std::vector<Group*> changed;
  for (auto& group : groups_) {
    if (const auto* known = cache.find(group.key)) group.before = *known, ++cache_hits_;
    cut(group);
    // Pings within a visit change nothing, and no row points to the visit because of them.
    if (!group.pings_only || group.sessions.any_change()) changed.push_back(&group);
  }
  const auto refused = write_heads(batch, changed);
  if (!refused.empty()) {
    std::vector<storage::VisitorDay> keys;
    for (const auto* group : refused) keys.push_back(group->key);
    auto stored = batch.read_visits(keys);
    for (std::size_t i = 0; i < refused.size(); ++i) {
      refused[i]->before = std::move(stored[i]);
      cut(*refused[i]);
    }
    // The first attempt has locked these heads.
    if (!write_heads(batch, refused).empty()) throw std::logic_error("a locked head was refused");
    refused_ = refused.size();
  }
  write_others(batch);
}

std::vector<VisitorGroups::Group*> VisitorGroups::write_heads(storage::Ingest::Batch& batch, std::span<Group* const> groups) {
  std::vector<storage::HeadRow> heads;
  heads.reserve(groups.size());
  for (const auto* group : groups) heads.push_back({group->key, head_of(group->sessions), group->before.rev});
  const auto revs = batch.write_heads(heads);
  std::vector<Group*> refused;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i]->rev = revs[i];
    if (revs[i] == 0) refused.push_back(groups[i]);
  }
  return refused;
}

void VisitorGroups::write_others(storage::Ingest::Batch& batch) {
  std::vector<storage::VisitRow> rows;
  std::vector<storage::MergeRow> merges;
  for (const auto& group : groups_) {
    const auto& sessions = group.sessions;
    for (std::size_t i = 0; i < sessions.visits.size(); ++i) {
      if (sessions.changed[i] && sessions.visits[i].ordinal != 0) rows.push_back({group.key, sessions.visits[i]});
    }
    for (const auto& merge : sessions.merges) merges.push_back({group.key, merge.from, merge.to, merge.first, merge.last});
  }
  batch.write_visits(std::move(rows));
  batch.merge_visits(merges);
}

std::vector<storage::VisitorDay> VisitorGroups::changed() const {
  std::vector<storage::VisitorDay> keys;
  keys.reserve(groups_.size());
  for (const auto& group : groups_) {
    if (group.rev != 0) keys.push_back(group.key);
  }
  return keys;
}

void VisitorGroups::remember(VisitCache& cache) {
  for (auto& group : groups_) {
    if (group.rev != 0) cache.put(group.key, {.rev = group.rev, .visits = std::move(group.sessions.visits)});
  }
}

}  // namespace pico::writer
