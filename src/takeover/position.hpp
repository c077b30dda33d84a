#pragma once
#include <cstdint>
#include <string>

#include "pico/storage/connection.hpp"
#include "pico/storage/ingest.hpp"

namespace pico::takeover {

/// Names the old tables of a schema among the checkpoints, for ever: whoever takes over again goes on where it was.
storage::Epoch epoch_of(const std::string& schema);

/// Whether our schema is in the database.
bool has_schema(storage::Connection& connection);

/// The id of the last old event that is here; 0: none.
std::int64_t position(storage::Connection& connection, const std::string& schema);

}  // namespace pico::takeover
