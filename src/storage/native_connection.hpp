#pragma once
#include <libpq-fe.h>

#include "pico/storage/connection.hpp"

namespace pico::storage {

/// The libpq handle behind a connection, for what libpqxx 6.4 has no call for (binary COPY). Owned by the connection; throws
/// DatabaseError when the session is lost.
PGconn* native_connection(Connection& connection);

/// Throws the DatabaseError that `result` stands for, unless it has the expected status. Takes ownership of result, which may be
/// null (libpq ran out of memory or lost the session).
void expect_status(Connection& connection, PGresult* result, ExecStatusType expected);

}  // namespace pico::storage
