#include "pico/storage/retention.hpp"

#include "facts.hpp"
#include "pico/storage/page_counts.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/sites.hpp"
#include "pico/storage/view_counts.hpp"

namespace pico::storage {
namespace {

/// The first day that a site keeps.
Day first_kept(const SiteRow& site, int days, Instant now) {
  return zones_as_known(site.site_id, site.zones).day_of(now) - std::chrono::days(days);
}

/// A word is kept as long as the month of its last use is.
std::size_t delete_words_before(Connection& connection, Day day) {
  std::size_t deleted = 0;
  for (const std::string table : {"pico.pages", "pico.acquisitions"}) {
    deleted += connection.execute("delete from " + table + " where last_month < date_trunc('month', $1::date)", day).affected();
  }
  return deleted;
}

void prune_all(Connection& connection, const std::vector<SiteRow>& sites, int days, Instant now, Pruned& pruned) {
  auto oldest = std::chrono::floor<std::chrono::days>(now) - std::chrono::days(days);
  for (const auto& site : sites) oldest = std::min(oldest, first_kept(site, days, now));
  pruned.partitions = drop_partitions_before(connection, oldest).size();
  for (const auto& site : sites) {
    const auto day = first_kept(site, days, now);
    pruned.visits += delete_facts_before(connection, site.site_id, day);
    connection.execute("delete from pico.opt_outs where site_id = $1 and day < $2", site.site_id, day);
    connection.execute("delete from pico.micro_addresses where site_id = $1 and last_day < $2", site.site_id, day);
  }
  const auto oldest_utc = std::chrono::floor<std::chrono::days>(now) - std::chrono::days(days);  // what has no zone
  delete_page_counts_before(connection, oldest_utc);
  delete_external_referrers_before(connection, oldest_utc);
  pruned.words = delete_words_before(connection, oldest);
}

}  // namespace

Pruned prune(Connection& connection, const RetentionOptions& options, Instant now) {
  Pruned pruned;
  const auto sites = list_sites(connection);
  if (options.prune_days > 0) prune_all(connection, sites, options.prune_days, now, pruned);
  if (options.bot_prune_days > 0) {
    for (const auto& site : sites) {
      pruned.visits += delete_facts_before(connection, site.site_id, first_kept(site, options.bot_prune_days, now), Whose::bots);
    }
  }
  return pruned;
}

}  // namespace pico::storage
