#pragma once
#include <chrono>
#include <string>

#include "pico/takeover/takeover.hpp"

namespace pico::app {

/// `1,234,567`
std::string grouped(std::uint64_t number);

/// What a run did, in a sentence.
std::string describe(const takeover::Outcome& outcome);

/// A table of the sites, and the reasons why numbers differ. At most `most_sites` sites; the rest in one row.
std::string describe(const takeover::Figures& figures, std::chrono::minutes visit_timeout, std::size_t most_sites = 50);

}  // namespace pico::app
