#pragma once
#include <memory>
#include <mutex>

#include "pico/storage/connection.hpp"
#include "pqxx_session.hpp"

namespace pico::storage {

struct Connection::Impl {
  explicit Impl(PGconn* session);

  /// The error for a message of the server (terse, one line) and its SQLSTATE; marks the session lost when it is.
  DatabaseError error(std::string_view sqlstate, std::string_view message);
  [[nodiscard]] DatabaseError lost_error();

  std::unique_ptr<PqxxConnection> connection;
  PGconn* native;  // owned by `connection`; not to be touched once lost
  std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> canceller;
  bool lost = false;
};

}  // namespace pico::storage
