#include "pico/storage/salts.hpp"

#include "keys.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

std::map<Day, HashKey> fetch_all(Connection& connection) {
  const auto rows = connection.execute(sql("salts.fetch_all"));
  std::map<Day, HashKey> salts;
  for (std::size_t i = 0; i < rows.size(); ++i) salts.emplace(rows.get<Day>(i, 0), read_key(rows, i, 1));
  return salts;
}

}  // namespace

HashKey fetch_or_create_salt(Connection& connection, Day day) {
  for (;;) {  // a crash of Postgres can empty the table at any moment
    const auto row = connection.execute(sql("salts.fetch"), day);
    if (!row.empty()) return read_key(row, 0, 0);
    connection.execute(sql("salts.create"), day, key_bytes(HashKey::random()));
  }
}

std::map<Day, HashKey> put_salts_back(Connection& connection, const std::map<Day, HashKey>& held) {
  for (const auto& [day, salt] : held) connection.execute(sql("salts.create"), day, key_bytes(salt));
  return fetch_all(connection);
}

/// Deleted rows stay in their page until it is written over. TRUNCATE gives the table a new file, whatever old snapshots are
/// open. Its lock has to wait for every transaction that has touched the table (a dump holds one for hours), and who asks for the
/// table meanwhile waits behind it: so it is asked for when there is something to destroy, and not for long.
std::size_t destroy_salts_before(Connection& connection, Day day) {
  if (!connection.execute("select exists (select from pico.salts where day < $1)", day).get<bool>(0, 0)) return 0;
  Transaction transaction(connection);
  connection.execute("set local lock_timeout = '1s'");
  connection.execute("lock table pico.salts in access exclusive mode");
  auto salts = fetch_all(connection);
  const auto destroyed = std::erase_if(salts, [&](const auto& entry) { return entry.first < day; });
  if (destroyed == 0) return 0;
  connection.execute("truncate pico.salts");
  for (const auto& [kept, salt] : salts) connection.execute(sql("salts.create"), kept, key_bytes(salt));
  transaction.commit();
  return destroyed;
}

std::vector<std::string> announce_default_zone(Connection& connection, const TimeZone& zone) {
  const auto rows = connection.execute(sql("salts.announce_zone"), zone.name());
  std::vector<std::string> zones;
  for (std::size_t i = 0; i < rows.size(); ++i) zones.push_back(rows.get<std::string>(i, 0));
  return zones;
}

Instant database_now(Connection& connection) {
  return connection.execute("select clock_timestamp()").get<Instant>(0, 0);
}

}  // namespace pico::storage
