#pragma once
#include <memory>

#include "catalogue.hpp"
#include "files.hpp"
#include "pico/journal/journal.hpp"

namespace pico::journal {

/// Reads an epoch as far as the catalogue says that it is durable. May outlive the journal.
std::unique_ptr<Reader> make_reader(std::shared_ptr<Files> files, std::shared_ptr<Catalogue> catalogue, const EpochId& epoch);

}  // namespace pico::journal
