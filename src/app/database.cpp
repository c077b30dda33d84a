#include "database.hpp"

#include <fmt/format.h>

#include "options.hpp"
#include "run_file.hpp"

namespace pico::app {

Result<storage::ConnectOptions> find_database(const config::Config& config) {
  auto options = database_options(config);
  if (options.conninfo.empty()) {
    const auto running = read_run_file(config.data_dir);
    if (!running || running->postgres_conninfo.empty())
      return Error{Errc::unavailable, fmt::format("no Postgres is configured, and no server with its own Postgres runs on dataDir {}: start it first, or set "
                                                  "PGCONNSTRING",
                                                  config.data_dir.string())};
    options.conninfo = running->postgres_conninfo;
  }
  return options;
}

Result<storage::Connection> connect(const config::Config& config) {
  const auto options = find_database(config);
  if (!options) return options.error();
  return storage::Connection::open(*options);
}

}  // namespace pico::app
