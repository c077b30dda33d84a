#include <array>

#include "facts.hpp"
#include "pico/event/codec.hpp"
#include "pico/storage/page_counts.hpp"
#include "pico/storage/session_lock.hpp"
#include "pico/storage/sites.hpp"
#include "pico/storage/view_counts.hpp"
#include "shared_words.hpp"
#include "short_locks.hpp"
#include "site_lock.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

/// One at a time removes: the work is many transactions.
constexpr std::int64_t lock_id = 0x7069636f72656d76;  // "picoremv"
constexpr int rows_at_a_time = 10'000;
/// Rows of per-site tables that are left when the facts are gone. Whoever stores rollups touches site_days first or fails.
constexpr std::array small_tables{"pico.opt_outs", "pico.pages",   "pico.acquisitions",    "pico.site_days",
                                  "pico.rollup_marks", "pico.rollups", "pico.rollup_versions", "pico.goals", "pico.api_keys",
                                  "pico.micro_addresses"};

/// So long a removal waits for long writes that are under way.
constexpr std::chrono::seconds patience{10};

/// From its commit on there is no such site, and every batch that wrote rows of it is committed. False: there was none.
Result<bool> hide_site(Connection& connection, std::string_view domain) {
  bool found = false;
  if (!wait_for_long_batches(connection, patience))
    return Error{Errc::unavailable, "a long list or an import is being stored just now: nothing was removed, try again when that is done"};
  with_short_locks(connection, [&] {
    lock_sites(connection);
    const auto site = connection.execute(sql("removed_sites.add"), domain);
    found = !site.empty();
    if (!found) return;
    for (const std::string table : {"pico.goals", "pico.api_keys"})
      connection.execute("delete from " + table + " where site_id = $1", site.get<int>(0, 0));
  });
  return found;
}

Rows unfinished_removals(Connection& connection) {
  return connection.execute("select site_id, domain from pico.removed_sites where emptied_at is null order by removed_at");
}

void delete_rows(Connection& connection, std::string_view table, int site_id) {
  const std::string name(table);
  const auto statement = "delete from " + name + " where site_id = $1 and ctid = any (array(select ctid from " + name +
                         " where site_id = $1 limit $2))";
  while (connection.execute(statement, site_id, rows_at_a_time).affected() > 0) {
  }
}

/// Those that cannot be decoded name no site.
void delete_dead_letters(Connection& connection, std::string_view domain) {
  const auto keys = connection.execute("select epoch::text, sequence from pico.dead_letters");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto letter = connection.execute("select payload from pico.dead_letters where epoch = $1::uuid and sequence = $2",
                                           keys.text(i, 0), keys.get<std::int64_t>(i, 1));
    if (letter.empty()) continue;
    const auto payload = letter.get<std::vector<std::uint8_t>>(0, 0);
    const auto event = event::decode(std::as_bytes(std::span(payload)));
    if (event && event->domain == domain)
      connection.execute("delete from pico.dead_letters where epoch = $1::uuid and sequence = $2", keys.text(i, 0),
                         keys.get<std::int64_t>(i, 1));
  }
}

void delete_from_feed(Connection& connection, int site_id) {
  Transaction transaction(connection);
  connection.execute("insert into pico.feed_horizon default values on conflict (only_row) do nothing");
  connection.execute(sql("removed_sites.delete_feed"), site_id);
  transaction.commit();
}

void empty_site(Connection& connection, int site_id, std::string_view domain) {
  condemn_words_of(connection, site_id);
  delete_facts_before(connection, site_id, end_of_time);
  delete_page_counts_of(connection, site_id, domain);
  delete_views_of(connection, site_id);
  for (const auto* table : small_tables) delete_rows(connection, table, site_id);
  delete_from_feed(connection, site_id);
  delete_dead_letters(connection, domain);
}

std::size_t finish_removals(Connection& connection) {
  const auto sites = unfinished_removals(connection);
  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    ids.push_back(sites.get<int>(i, 0));
    empty_site(connection, sites.get<int>(i, 0), sites.text(i, 1));
  }
  delete_unused_words(connection);
  connection.execute("update pico.removed_sites set emptied_at = now() where site_id = any ($1::int[])", ids);
  return ids.size();
}

}  // namespace

Result<void> begin_removal(Connection& connection, std::string_view domain) {
  const auto found = hide_site(connection, domain);
  if (!found) return found.error();
  if (!*found) return Error{Errc::not_found, "there is no such site"};
  return {};
}

Result<void> remove_site(Connection& connection, std::string_view domain) {
  const auto found = hide_site(connection, domain);
  if (!found) return found.error();
  if (!*found &&
      connection.execute("select from pico.removed_sites where domain = $1 and emptied_at is null", domain).empty())
    return Error{Errc::not_found, "there is no such site"};
  SessionLock lock(connection, lock_id);
  lock.wait();
  finish_removals(connection);
  return {};
}

std::size_t continue_removals(Connection& connection) {
  connection.execute("delete from pico.removed_sites where emptied_at is not null and removed_at < now() - interval '90 days'");
  if (unfinished_removals(connection).empty()) return 0;
  const SessionLock lock(connection, lock_id);
  return lock.held() ? finish_removals(connection) : 0;
}

}  // namespace pico::storage
