#pragma once
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/storage/error.hpp"
#include "pico/storage/params.hpp"
#include "pico/storage/rows.hpp"

namespace pico::storage {

struct ConnectOptions {
  std::string conninfo = {};  ///< `postgres://…`, `postgresql://…` or `key=value …`; may hold a password, never logged
  std::string application_name = "picolytics";
  std::chrono::milliseconds statement_timeout{0};                  ///< 0: none
  std::chrono::milliseconds lock_timeout{0};                       ///< 0: none
  std::vector<std::pair<std::string, std::string>> settings = {};  ///< more session settings, e.g. {"jit", "off"}
};

/// One session with Postgres. Time zone UTC, search_path pico, synchronous_commit on.
///
/// Blocks; belongs to one thread at a time (except cancel()). A lost session stays lost: open a new one.
class Connection {
 public:
  /// Errc::invalid: the connection string is malformed. Errc::unavailable: the server is not there or refuses, or a stop was
  /// requested meanwhile.
  ///
  /// A stop request ends the session at any later time, too: at once, from any thread, without asking the server, so it works while
  /// that is silent. What runs then throws with connection_lost(), and whether it took place is not known.
  static Result<Connection> open(const ConnectOptions& options, const std::stop_token& stop = {});

  /// Tries up to `attempts` times, pausing 0.5·2ⁿ s (10 s at most, ±5 %) in between; a stop request ends the pauses.
  static Result<Connection> open_with_retries(const ConnectOptions& options, int attempts, const std::stop_token& stop = {});

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Runs one statement with values, or several statements separated by ';' without. Throws DatabaseError.
  Rows execute(std::string_view sql, const Params& params);
  template <class... Values>
  Rows execute(std::string_view sql, const Values&... values) {
    Params params;
    (params.add(values), ...);
    return execute(sql, params);
  }

  /// Asks the server to end the running statement, which then throws with is_cancelled(). Any thread may call it.
  void cancel() noexcept;

  [[nodiscard]] bool lost() const;

  struct Impl;
  /// For the files of src/storage that need libpq itself (native_connection.hpp).
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

enum class Isolation { read_committed, repeatable_read };

/// From construction on, what runs on the connection is one transaction; undone unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection, Isolation isolation = Isolation::read_committed);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Throws DatabaseError; with connection_lost() it is not known whether the transaction took place.
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace pico::storage
