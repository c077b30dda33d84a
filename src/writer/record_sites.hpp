#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "batch.hpp"
#include "pico/storage/ingest.hpp"

namespace pico::writer {

/// Whose the records of a batch are.
struct RecordSites {
  std::vector<storage::SiteId> ids;  ///< per record; 0: it becomes no rows
  std::size_t of_removed_sites = 0;  ///< records that were still in the journal when their site was removed
  std::size_t of_unknown_sites = 0;  ///< there is no such site and none may be made
  std::string word_generation;       ///< blank when there is nothing to write
};

struct SiteRules {
  bool make = true;         ///< those that are missing
  bool from_journal = true;  ///< records dated before the removal of a site of that domain are dropped: they are what was left of it
};

/// Finds the sites, and makes the missing ones if it may. Refused records have none.
RecordSites find_record_sites(storage::Ingest::Batch& batch, std::span<const Record> records, const SiteRules& rules);

}  // namespace pico::writer
