#pragma once
#include <span>
#include <string>
#include <vector>

#include "pico/core/embedded_file.hpp"
#include "pico/core/result.hpp"
#include "pico/storage/connection.hpp"

namespace pico::storage {

/// The migrations in the binary (migrations/*.sql), by number.
std::span<const EmbeddedFile> migrations();

/// Brings the database's schema up to the binary's: runs the migrations that are missing, in order, each in a transaction of its
/// own that also records it with its checksum in pico.schema_version. Holds an advisory lock, so that of several instances that
/// start at once one works and the others wait. Waits for as long as it takes for tables that others hold, a second at a time, so that
/// those go on; the log tells. Interrupted anywhere, it goes on at the next call. Forward only.
///
/// Returns the names of the migrations it ran. Errc::conflict: a migration that has run was altered since, or the database is
/// newer than this binary; nothing was changed. Throws DatabaseError. The connection should have no statement_timeout.
Result<std::vector<std::string>> migrate(Connection& connection, std::span<const EmbeddedFile> files = migrations());

}  // namespace pico::storage
