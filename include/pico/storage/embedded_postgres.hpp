#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "pico/core/result.hpp"

namespace pico::storage {

struct EmbeddedPostgresOptions {
  std::filesystem::path data_dir;  ///< the server's dataDir; the cluster lives in its sub-folder `postgres`
  std::filesystem::path bin_dir =
      {};                         ///< where `postgres` and `initdb` are; blank: the distribution's place, the newest that fits
  std::string user = "postgres";  ///< whom Postgres runs as when the server is started as root, for Postgres refuses root
  std::chrono::seconds start_timeout{60};  ///< crash recovery included
  std::chrono::seconds shutdown_timeout{
      8};  ///< how long a clean shutdown may take before it is cut short (then the next start recovers)
};

/// A private Postgres that belongs to this process: made at the first start, reachable through a Unix socket only by the user it
/// runs as (and root), never seen by the network.
///
/// Threads: a supervisor thread starts Postgres, starts it anew with back-off when it dies, and lives as long as this object.
/// Postgres is tied to that thread by the kernel, so it also shuts down when this process is killed. A terminal's Ctrl-C does not
/// reach it. That tie needs the permission to signal Postgres: a server started as root that gives its rights up must become the
/// same user. The caller holds the lock of the data directory: whatever Postgres is found running on it is taken for a leftover
/// and ended. Owns: `dataDir/postgres` (cluster and socket) and `dataDir/postgres.log` (bounded; free of statements and of their
/// values).
class EmbeddedPostgres {
 public:
  /// Returns once Postgres takes connections and the database exists. Errors tell what to do: Errc::not_found no Postgres
  /// installed, Errc::conflict the cluster is of another version or user, Errc::io a folder cannot be used, Errc::unavailable it
  /// does not start.
  static Result<std::unique_ptr<EmbeddedPostgres>> start(const EmbeddedPostgresOptions& options);

  /// stop()
  ~EmbeddedPostgres();

  /// Ends Postgres: a fast shutdown (sessions are cut off, everything is on disk), an immediate one when that takes too long.
  void stop();

  /// For ConnectOptions: the database's owner, a superuser of the private cluster. The same after every restart.
  [[nodiscard]] const std::string& conninfo() const;
  /// The postmaster's process id; 0 while it is not running.
  [[nodiscard]] pid_t pid() const;
  /// How often it had to be started anew.
  [[nodiscard]] unsigned restarts() const;

 private:
  struct Impl;
  explicit EmbeddedPostgres(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::storage
