#include "pico/storage/install.hpp"

#include <stdexcept>

#include "keys.hpp"
#include "sql.hpp"

namespace pico::storage {

HashKey read_key(const Rows& rows, std::size_t row, std::size_t column) {
  const auto bytes = rows.get<std::vector<std::uint8_t>>(row, column);
  HashKey key;
  if (bytes.size() != key.bytes.size()) throw std::logic_error("a key in the database has the wrong length");
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  return key;
}

HashKey install_key(Connection& connection, std::string_view name) {
  connection.execute(sql("install.create_key"), name, key_bytes(HashKey::random()));
  return read_key(connection.execute(sql("install.fetch_key"), name), 0, 0);
}

}  // namespace pico::storage
