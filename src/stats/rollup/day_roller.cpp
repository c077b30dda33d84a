#include "day_roller.hpp"

#include "calendar.hpp"
#include "conflicts.hpp"
#include "cube/day_cube.hpp"
#include "pico/storage/day_changes.hpp"
#include "rollup_table.hpp"

namespace pico::stats {
namespace {

using storage::Connection;
using storage::Isolation;
using storage::SiteId;
using storage::Transaction;

void delete_visible_marks(Connection& connection, SiteId site, Day day) {
  connection.execute("delete from pico.rollup_marks where site_id = $1 and day = $2", site, day);
}

void write_tables(Connection& connection, SiteId site, Day day) {
  const auto calendar = Calendar::of_site(connection, site);
  const DayCube cube(connection, site, day, calendar);
  for (const auto dimension : rolled_up_dimensions()) {
    Table table;
    cube.add_to(table, dimension);
    if (!table.empty()) write_rollup(connection, site, RollupPeriod::day, day, dimension, table);
  }
}

bool roll_day_once(Connection& connection, SiteId site, Day day) {
  Transaction transaction(connection, Isolation::repeatable_read);
  const bool exists = !connection.execute("select from pico.site_days where site_id = $1 and day = $2", site, day).empty();
  delete_rollups(connection, site, RollupPeriod::day, day);
  delete_rollups(connection, site, RollupPeriod::month, month_of(day));
  if (exists) write_tables(connection, site, day);
  delete_visible_marks(connection, site, day);
  connection.execute("update pico.site_days set rolled = true where site_id = $1 and day = $2", site, day);
  raise_version(connection, site);
  transaction.commit();
  return exists;
}

}  // namespace

void note_closing(Connection& connection, SiteId site, Day day) {
  with_conflicts_retried([&] {
    Transaction transaction(connection);
    // New batches queue behind this one: should a running one hang, they must not hang with it.
    connection.execute("set local lock_timeout = '2s'");
    storage::lock_day_exclusive(connection, day);
    connection.execute("update pico.site_days set closing = true where site_id = $1 and day = $2", site, day);
    transaction.commit();
  });
}

bool roll_day(Connection& connection, SiteId site, Day day) {
  return with_conflicts_retried([&] { return roll_day_once(connection, site, day); });
}

void unroll_day(Connection& connection, SiteId site, Day day) {
  with_conflicts_retried([&] {
    Transaction transaction(connection);
    delete_rollups(connection, site, RollupPeriod::day, day);
    delete_rollups(connection, site, RollupPeriod::month, month_of(day));
    connection.execute("update pico.site_days set rolled = false where site_id = $1 and day = $2", site, day);
    raise_version(connection, site);
    transaction.commit();
  });
}

}  // namespace pico::stats
