#pragma once
#include <libpq-fe.h>

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "pico/core/result.hpp"

namespace pico::storage {

/// Settings of a connection by libpq's names.
using ConnectionValues = std::map<std::string, std::string>;

/// One entry for each address that libpq would try in turn: hosts, their ports, and what the names resolve to.
std::vector<ConnectionValues> candidates(const ConnectionValues& values);

/// What PQconnectdb does, with the difference that a stop request ends it at once, however silent the server is. `connect_timeout`
/// holds for each address. The session belongs to the caller.
Result<PGconn*> connect(const ConnectionValues& values, const std::stop_token& stop);

}  // namespace pico::storage
