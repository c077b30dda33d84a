#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pico/api/micro_stored_visits.hpp"
#include "pico/core/result.hpp"
#include "pico/micro_import/find.hpp"
#include "pico/storage/connection.hpp"
#include "pico/writer/bulk_writer.hpp"

/// Brings what µAnalytics' files hold into Picolytics.
namespace pico::micro_import {

/// Visits that cannot be taken for one reason.
struct Refused {
  static constexpr std::size_t listed = 10;
  std::uint64_t visits = 0;
  std::vector<std::int64_t> first;  ///< their numbers in the file, the first `listed`
};

struct FileReport {
  std::string site;                    ///< blank: the folder's name is none of a website, and nothing of it was taken
  std::uint64_t in_file = 0;           ///< visits
  std::uint64_t done_before = 0;       ///< of them, by an earlier run
  std::uint64_t taken = 0;             ///< by this one
  std::uint64_t stored_before = 0;     ///< visits of the site in that month (of UTC) in pico.micro_visits, before and after
  std::uint64_t stored_after = 0;
  std::map<std::string, Refused> refused;  ///< by reason
};

struct Options {
  std::int64_t rows_at_a_time = 10'000;  ///< in one transaction
  bool dry_run = false;                  ///< only count what is in the file and what has been taken of it
  bool again = false;                    ///< with the first visit again: what was taken has been removed since
  /// Called after each transaction with the number of visits looked at in this file, and in all.
  std::function<void(std::uint64_t, std::uint64_t)> progress = {};
};

/// Takes the visits of one file that have not been taken yet, in order. Each transaction moves a checkpoint that is named after website, month
/// and first visit of the file, so whatever interrupts it, another run goes on behind the last that was committed, and a run over what is done
/// adds nothing. Two at a time do no harm: one of them ends with Errc::conflict.
///
/// Errc::io: the file cannot be read. Errc::not_found: there is no such site (any more) and none may be made. Errc::conflict: it is to begin again, and
/// visits of the site and month are there. Errc::unavailable: Postgres is away, or a salt is. What was committed stays. Others throw.
Result<FileReport> import_file(const Found& file, storage::Connection& connection, writer::BulkWriter& writer, api::MicroStoredVisits& visits,
                               const Options& options);

}  // namespace pico::micro_import
