#include "forgotten_days.hpp"

#include "pico/storage/day_changes.hpp"
#include "short_locks.hpp"
#include "sql.hpp"

/// The order in which rows go matters: who stores a day's rollups writes them before he touches site_days or deletes marks, so once we have
/// the rows of those, he has either committed, and the statement that deletes rollups sees his, or fails and tries again.
namespace pico::storage {

void forget_day_without_facts(Connection& connection, int site_id, Day day) {
  with_short_locks(connection, [&] {
    // Whoever has announced facts has then committed them, and who announces some from now on makes the day's row anew.
    lock_day_exclusive(connection, day);
    if (!connection.execute(sql("forgotten_days.has_facts"), site_id, day).empty()) return;
    const auto known = connection.execute("delete from pico.site_days where site_id = $1 and day = $2", site_id, day).affected();
    connection.execute("delete from pico.rollup_marks where site_id = $1 and day = $2", site_id, day);
    const auto rollups = connection.execute(sql("forgotten_days.delete_rollups"), site_id, day).affected();
    if (known + rollups == 0) return;
    connection.execute(sql("forgotten_days.raise_versions"), std::vector<std::int64_t>{site_id});
    connection.execute("insert into pico.feed (site_id, day) values ($1, $2)", site_id, day);
  });
}

void forget_month(Connection& connection, Day first_day) {
  const auto rows = connection.execute(sql("forgotten_days.of_month"), first_day);
  std::vector<DayChange> changes;
  std::vector<std::int64_t> sites;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    changes.push_back({rows.get<int>(i, 0), rows.get<Day>(i, 1), std::nullopt});
    if (sites.empty() || sites.back() != changes.back().site_id) sites.push_back(changes.back().site_id);
  }
  announce(connection, std::move(changes));
  for (const auto* statement : {"forgotten_days.delete_days_of_month", "forgotten_days.delete_marks_of_month",
                                "forgotten_days.delete_rollups_of_month"}) {
    connection.execute(sql(statement), first_day);
  }
  connection.execute(sql("forgotten_days.raise_versions"), sites);
}

}  // namespace pico::storage
