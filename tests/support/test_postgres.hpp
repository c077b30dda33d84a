#pragma once
#include <string>

#include "pico/storage/connection.hpp"

namespace pico::test {

/// A database of its own for one test, in a private Postgres that is started at the first use in a test program and stopped at
/// its end (or killed with it). Fast and not durable. As root, Postgres runs as the user `postgres`.
///
/// Failures to start throw: a test without its database must not pass.
class TestDatabase {
 public:
  /// Migrated to the newest schema, without any row or partition.
  static TestDatabase migrated();
  /// Without any schema of ours.
  static TestDatabase empty();
  /// All of the other one, with which nobody has a session.
  static TestDatabase copy_of(const TestDatabase& other);

  TestDatabase(TestDatabase&&) noexcept;
  TestDatabase& operator=(TestDatabase&&) = delete;
  /// Ends every session and drops the database.
  ~TestDatabase();

  /// As its owner, a superuser.
  [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] storage::Connection connect() const;

  /// Ends all sessions with this database, as a server that crashes does.
  void drop_connections() const;
  /// Refuses (true) or accepts new sessions of ordinary users, as while the server is away; ends the present ones when refusing.
  void refuse_connections(bool refuse) const;

 private:
  explicit TestDatabase(std::string name);

  std::string name_;  // empty once moved from
  std::string conninfo_;
};

/// Where Postgres' programs are (`/usr/lib/postgresql/15/bin`).
std::string postgres_bin_dir();

/// The conninfo of the cluster's database `postgres`, for what concerns the whole cluster.
std::string cluster_conninfo();

}  // namespace pico::test
