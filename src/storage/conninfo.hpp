#pragma once
#include <map>
#include <string>

#include "pico/core/result.hpp"

namespace pico::storage {

/// A connection string as keywords and values, whichever of the two forms it was written in. Errc::invalid when it is malformed;
/// the message does not quote it, since it can hold a password.
Result<std::map<std::string, std::string>> parse_conninfo(const std::string& conninfo);

/// The `key='value' …` form.
std::string format_conninfo(const std::map<std::string, std::string>& values);

}  // namespace pico::storage
