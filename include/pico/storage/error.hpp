#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace pico::storage {

/// What every function of storage that talks to Postgres throws when Postgres refuses or is gone.
///
/// what() never quotes a value: it is the server's one-line primary message for the SQLSTATE classes whose messages name only
/// objects of the schema and states of the server, and the bare SQLSTATE for all others. It may be logged.
class DatabaseError : public std::runtime_error {
 public:
  /// sqlstate: five characters, or empty when the failure did not come from the server.
  DatabaseError(std::string_view sqlstate, bool connection_lost, const std::string& message)
      : std::runtime_error(message), sqlstate_(sqlstate), connection_lost_(connection_lost) {}

  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
  /// The Connection is of no use any more. A commit under way may or may not have happened.
  [[nodiscard]] bool connection_lost() const { return connection_lost_; }
  /// Classes 22 (data exception) and 23 (integrity constraint): the data's own fault; trying again cannot help.
  [[nodiscard]] bool is_data_error() const { return in_class("22") || in_class("23"); }
  /// Serialization failure or deadlock: running the same transaction again can help at once.
  [[nodiscard]] bool is_transaction_conflict() const { return sqlstate_ == "40001" || sqlstate_ == "40P01"; }
  /// A lock was not to be had within lock_timeout.
  [[nodiscard]] bool is_lock_timeout() const { return sqlstate_ == "55P03"; }
  /// statement_timeout, or Connection::cancel().
  [[nodiscard]] bool is_cancelled() const { return sqlstate_ == "57014"; }

 private:
  [[nodiscard]] bool in_class(std::string_view prefix) const { return sqlstate_.starts_with(prefix); }

  std::string sqlstate_;
  bool connection_lost_;
};

}  // namespace pico::storage
