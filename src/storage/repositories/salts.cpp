#include "pico/storage/salts.hpp"

#include <algorithm>

#include "sql.hpp"

namespace pico::storage {

Instant database_now(Connection& connection) { return connection.execute("select now()").get<Instant>(0, 0); }

HashKey fetch_or_create_salt(Connection& connection, Day day) {
  const auto fresh = HashKey::random();
  // A row that another instance commits at the same moment is not visible to the statement that met it: asked again, it is.
  for (;;) {
    const auto rows = connection.execute(sql("salts.fetch_or_create"), day, std::span<const std::uint8_t>(fresh.bytes));
    if (rows.empty()) continue;
    const auto bytes = rows.get<std::vector<std::uint8_t>>(0, 0);
    HashKey salt;
    std::copy_n(bytes.begin(), std::min(bytes.size(), salt.bytes.size()), salt.bytes.begin());
    return salt;
  }
}

void put_back_salts(Connection& connection, const std::map<Day, HashKey>& salts) {
  for (const auto& [day, salt] : salts)
    connection.execute("insert into pico.salts (day, salt) values ($1, $2) on conflict (day) do nothing", day, std::span<const std::uint8_t>(salt.bytes));
}

std::size_t destroy_salts_before(Connection& connection, Day day) {
  const auto destroyed = connection.execute("delete from pico.salts where day < $1", day).affected();
  if (destroyed > 0) connection.execute("vacuum (full) pico.salts");
  return destroyed;
}

}  // namespace pico::storage
