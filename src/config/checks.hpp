#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pico/config/config.hpp"

namespace pico::config {

/// Makes the settings fit each other (the port in pgHost, threads by the number of processors) and returns what does not go
/// together, a sentence each. `given`: the keys that the file or the environment set.
std::vector<std::string> reconcile(Config& config, const std::set<std::string_view>& given);

}  // namespace pico::config
