#pragma once
#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "support/test_postgres.hpp"

namespace pico::test {

/// While it lives, commits of the cluster take place and nobody is told: they wait for a standby that never comes.
class UnansweredCommits {
 public:
  explicit UnansweredCommits(const TestDatabase& database) : database_(database) {
    admin_.execute("create table if not exists public.probes ()");
    admin_.execute("alter system set synchronous_standby_names = 'nobody'");
    admin_.execute("select pg_reload_conf()");
    // Postgres takes the setting when it comes to it; from the first commit that waits on, all do.
    probe_ = std::jthread([this](const std::stop_token& stop) {
      auto own = connect();
      while (!stop.stop_requested()) own.execute("insert into public.probes default values");
    });
    wait_for(1);
  }
  ~UnansweredCommits() { answer_again(); }
  UnansweredCommits(const UnansweredCommits&) = delete;
  UnansweredCommits& operator=(const UnansweredCommits&) = delete;

  /// Until a commit of the tested code hangs. Throws after a minute.
  void wait_for_one() { wait_for(2); }

  /// Ends the sessions of the tested code whose commits hang; returns how many.
  int end_sessions() {
    return admin_
        .execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep' and lower(query) = 'commit' and "
            "datname = $1",
            database_.name())
        .get<int>(0, 0);
  }

  void answer_again() {
    if (!probe_.joinable()) return;
    probe_.request_stop();
    admin_.execute("alter system reset synchronous_standby_names");
    admin_.execute("select pg_reload_conf()");
    probe_.join();
  }

 private:
  /// Not with the tested code's database, which may come to refuse sessions meanwhile.
  static storage::Connection connect() { return std::move(*storage::Connection::open({.conninfo = cluster_conninfo()})); }
  void wait_for(int commits) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const auto query = "select count(*) from pg_stat_activity where wait_event = 'SyncRep' and datname in ($1, current_database())";
    while (admin_.execute(query, database_.name()).get<int>(0, 0) < commits)
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("no commit waits for an answer");
  }

  const TestDatabase& database_;
  storage::Connection admin_ = connect();
  std::jthread probe_;
};

}  // namespace pico::test
