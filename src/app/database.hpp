#pragma once
#include "pico/config/config.hpp"
#include "pico/core/result.hpp"
#include "pico/storage/connection.hpp"

namespace pico::app {

/// How to get to the configured Postgres, or to the embedded one of the server that runs on this data directory.
Result<storage::ConnectOptions> find_database(const config::Config& config);

/// A session with the configured Postgres, or with the embedded one of the server that runs on this data directory.
Result<storage::Connection> connect(const config::Config& config);

/// Runs `work` on such a session; what Postgres refuses becomes an Error.
template <class Work>
Result<void> with_connection(const config::Config& config, Work work) {
  auto connection = connect(config);
  if (!connection) return connection.error();
  try {
    return work(*connection);
  } catch (const storage::DatabaseError& error) {
    return Error{Errc::unavailable, error.what()};
  }
}

}  // namespace pico::app
