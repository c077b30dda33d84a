#include "views.hpp"

#include <map>
#include <set>

#include "pico/storage/sites.hpp"

namespace pico::counters {
namespace {

using storage::ViewKey;
using storage::ViewTotals;

/// Counts by key, in order: the latest title wins.
std::vector<storage::ViewCount> merged(const std::vector<const View*>& views) {
  std::map<ViewKey, storage::ViewCount> by_key;
  for (const auto* view : views) {
    if (!view->counted) continue;
    auto& count = by_key[*view->counted];
    count.views.total += 1;
    count.views.unique += view->unique ? 1 : 0;
    if (!view->title.empty()) count.title = view->title;
  }
  std::vector<storage::ViewCount> counts;
  for (auto& [key, count] : by_key) {
    count.key = key;
    counts.push_back(std::move(count));
  }
  return counts;
}

void make_sites(storage::Connection& connection, const TimeZone& zone, const std::vector<const View*>& views) {
  std::set<std::string> domains;
  for (const auto* view : views) {
    if (view->counted) domains.insert(view->counted->domain);
    if (view->referrer) domains.insert(view->referrer->domain);
  }
  for (const auto& domain : storage::domains_without_site(connection, {domains.begin(), domains.end()})) storage::create_site(connection, domain, zone);
}

}  // namespace

std::size_t size_of(const View& view) {
  std::size_t size = sizeof view + view.title.size();
  for (const auto* key : {&view.counted, &view.asked})
    if (*key) size += (*key)->domain.size() + (*key)->item.size();
  if (view.referrer) size += view.referrer->referrer.size() + view.referrer->page.size() + view.referrer->domain.size();
  return size;
}

void add_views(storage::Connection& connection, int shard, const TimeZone& site_zone, const std::vector<const View*>& views) {
  make_sites(connection, site_zone, views);
  const auto counts = merged(views);
  if (!counts.empty()) storage::add_view_counts(connection, shard, counts);
  std::vector<storage::ExternalReferrer> referrers;
  for (const auto* view : views)
    if (view->referrer) referrers.push_back(*view->referrer);
  if (!referrers.empty()) storage::add_external_referrers(connection, referrers);
}

std::vector<ViewChange> totals_of(storage::Connection& connection, const std::vector<const View*>& views) {
  std::set<ViewKey> distinct;
  for (const auto* view : views) {
    if (view->counted) distinct.insert(*view->counted);
    if (view->asked) distinct.insert(*view->asked);
  }
  const std::vector<ViewKey> keys(distinct.begin(), distinct.end());
  if (keys.empty()) return {};
  const auto totals = storage::view_totals(connection, keys);
  std::vector<ViewChange> changes;
  for (std::size_t i = 0; i < keys.size(); ++i) changes.push_back({keys[i], totals.at(i)});
  return changes;
}

std::vector<ViewTotals> running_totals(const std::vector<const View*>& views, const std::vector<ViewChange>& totals) {
  std::map<ViewKey, ViewTotals> after;
  for (const auto& [key, sums] : totals) after[key] = sums;
  std::vector<ViewTotals> answers(views.size());
  for (std::size_t i = views.size(); i-- > 0;) {  // backwards: what was counted later is taken off again
    const auto& view = *views[i];
    if (view.asked) answers[i] = after[*view.asked];
    if (!view.counted) continue;
    auto& sums = after[*view.counted];
    sums.total -= 1;
    sums.unique -= view.unique ? 1 : 0;
  }
  return answers;
}

}  // namespace pico::counters
