#include "pico/storage/view_counts.hpp"

#include "sql.hpp"

namespace pico::storage {
namespace {

constexpr int rows_at_a_time = 5000;

struct KeyColumns {
  std::vector<std::string> domains, tags, items;
  void add(const ViewKey& key) {
    domains.push_back(key.domain);
    tags.push_back(key.tag);
    items.push_back(key.item);
  }
};

}  // namespace

void add_view_counts(Connection& connection, int shard, std::span<const ViewCount> counts) {
  KeyColumns keys;
  std::vector<std::int64_t> uniques, totals;
  std::vector<std::string> titles;
  for (const auto& count : counts) {
    keys.add(count.key);
    uniques.push_back(count.views.unique);
    totals.push_back(count.views.total);
    titles.push_back(count.title);
  }
  connection.execute(sql("view_counts.add"), keys.domains, keys.tags, keys.items, uniques, totals, titles, shard);
}

std::vector<ViewTotals> view_totals(Connection& connection, std::span<const ViewKey> wanted) {
  KeyColumns keys;
  for (const auto& key : wanted) keys.add(key);
  const auto rows = connection.execute(sql("view_counts.totals"), keys.domains, keys.tags, keys.items);
  std::vector<ViewTotals> totals;
  for (std::size_t i = 0; i < rows.size(); ++i) totals.push_back({rows.get<std::int64_t>(i, 0), rows.get<std::int64_t>(i, 1)});
  return totals;
}

void add_external_referrers(Connection& connection, std::span<const ExternalReferrer> referrers) {
  std::vector<std::string> domains, connections, urls, pages;
  for (const auto& one : referrers) {
    domains.push_back(one.domain);
    connections.push_back(one.connection_id);
    urls.push_back(one.referrer);
    pages.push_back(one.page);
  }
  connection.execute(sql("external_referrers.add"), domains, connections, urls, pages);
}

std::vector<std::string> domains_without_site(Connection& connection, const std::vector<std::string>& domains) {
  const auto rows = connection.execute("select d from unnest($1::text[]) d where not exists (select from pico.sites where domain = d)", domains);
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < rows.size(); ++i) missing.push_back(rows.get<std::string>(i, 0));
  return missing;
}

std::vector<ViewedItem> list_views(Connection& connection, std::string_view domain, bool articles, std::string_view item, int limit) {
  const auto rows = connection.execute(sql("view_counts.list"), domain, articles, item, limit);
  std::vector<ViewedItem> items;
  for (std::size_t i = 0; i < rows.size(); ++i)
    items.push_back({rows.get<std::string>(i, 0), rows.get<std::string>(i, 1), rows.get<std::string>(i, 2),
                     {rows.get<std::int64_t>(i, 3), rows.get<std::int64_t>(i, 4)}});
  return items;
}

std::vector<StoredReferrer> list_external_referrers(Connection& connection, std::string_view domain, int limit) {
  const auto rows = connection.execute(sql("external_referrers.list"), domain, limit);
  std::vector<StoredReferrer> referrers;
  for (std::size_t i = 0; i < rows.size(); ++i)
    referrers.push_back({rows.get<std::string>(i, 0), rows.get<Instant>(i, 1), rows.get<std::string>(i, 2), rows.get<std::string>(i, 3),
                         rows.get<std::string>(i, 4)});
  return referrers;
}

void delete_external_referrers_before(Connection& connection, Instant before) {
  while (connection.execute(sql("external_referrers.delete_before"), before, rows_at_a_time).affected() > 0) continue;
}

void delete_views_of(Connection& connection, int site_id) {
  connection.execute("delete from pico.view_counts where site_id = $1", site_id);
  connection.execute("delete from pico.external_referrers where site_id = $1", site_id);
}

}  // namespace pico::storage
