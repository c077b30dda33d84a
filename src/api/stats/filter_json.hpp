#pragma once
#include <string>

#include "faults.hpp"
#include "pico/stats/query.hpp"

namespace pico::api {

/// The dimension of that name, for a fault at `pointer`. Says of those that other servers know why it is not there.
Result<stats::DimensionRef> read_dimension(const Json& name, const std::string& pointer);

/// `["is", "visit:source", ["Google"]]` and its combinations. Recurses as deep as the value is nested: bound that before.
Result<stats::Filter> read_filter(const Json& value, const std::string& pointer);

}  // namespace pico::api
