#include "import_command.hpp"

#include <fmt/format.h>

#include <iostream>

#include "database.hpp"
#include "options.hpp"
#include "pico/enrich/enricher.hpp"
#include "pico/micro_import/import.hpp"
#include "pico/storage/migrator.hpp"
#include "salt_keeper.hpp"
#include "stored_sites.hpp"

namespace pico::app {
namespace {

namespace fs = std::filesystem;
using micro_import::FileReport;
using micro_import::Found;

/// A line every few seconds, so that a log of it stays short.
class ProgressLines {
 public:
  void operator()(const Found& file, std::uint64_t looked_at, std::uint64_t in_file) {
    const auto now = std::chrono::steady_clock::now();
    if (now - printed_ < std::chrono::seconds(5)) return;
    printed_ = now;
    std::cout << fmt::format("{} {}: {} of {}", file.website, file.month, looked_at, in_file) << std::endl;
  }

 private:
  std::chrono::steady_clock::time_point printed_ = std::chrono::steady_clock::now();
};

void print(const Found& file, const FileReport& report) {
  if (report.site.empty()) {
    std::cout << fmt::format("{} {}: left out, the folder's name is no website's\n", file.website, file.month);
    return;
  }
  std::cout << fmt::format("{} {}: {} in the file, {} done before, {} taken now; {} stored before, {} now\n", file.website, file.month, report.in_file,
                           report.done_before, report.taken, report.stored_before, report.stored_after);
  for (const auto& [reason, refused] : report.refused) {
    std::cout << fmt::format("  {} not taken: {} (rows {}{})\n", refused.visits, reason, fmt::join(refused.first, ", "),
                             refused.visits > refused.first.size() ? ", …" : "");
  }
  std::cout << std::flush;
}

struct Totals {
  std::uint64_t files = 0, failed = 0, in_files = 0, done_before = 0, taken = 0, refused = 0;

  void add(const FileReport& report) {
    ++files;
    in_files += report.in_file;
    done_before += report.done_before;
    taken += report.taken;
    for (const auto& [reason, what] : report.refused) refused += what.visits;
  }
  void print() const {
    std::cout << fmt::format("{} files: {} visits in them, {} done before, {} taken now, {} not taken", files, in_files, done_before, taken, refused) << std::endl;
  }
};

api::MicroInsertOptions insert_options(const config::Config& config, storage::Connection& connection) {
  auto options = micro_insert_options(config, connection);
  std::error_code error;
  if (!fs::is_directory(options.spool_directory, error)) options.spool_directory = fs::temp_directory_path();  // there is no server here
  return options;
}

/// What items become needs all that a server needs: knowledge, sites, salts, keys.
class MicroImporter {
 public:
  MicroImporter(const config::Config& config, const storage::ConnectOptions& database, storage::Connection& connection, std::shared_ptr<enrich::Knowledge> knowledge)
      : connection_(connection), sites_(config.sites.default_time_zone), writer_(writer_options(config, database), 1, registry_, clock_) {
    sites_.replace_stored(stored_sites(connection));
    SaltKeeper(salts_, sites_, registry_).keep(connection);
    visits_.emplace(insert_options(config, connection), std::move(knowledge), salts_, sites_, clock_);
  }

  Result<FileReport> run(const Found& file, const MicroImportRequest& request) {
    return micro_import::import_file(file, connection_, writer_, *visits_,
                                     {.dry_run = request.dry_run, .again = request.again, .progress = [&](std::uint64_t looked_at, std::uint64_t in_file) { lines_(file, looked_at, in_file); }});
  }

 private:
  storage::Connection& connection_;
  metrics::Registry registry_;
  SystemClock clock_;
  enrich::Salts salts_;
  enrich::Sites sites_;
  writer::BulkWriter writer_;
  std::optional<api::MicroStoredVisits> visits_;
  ProgressLines lines_;
};

/// The files that are wanted.
Result<std::vector<Found>> find_files(const MicroImportRequest& request) {
  auto files = micro_import::find(request.root);
  if (!files) return files.error();
  if (!request.website.empty()) std::erase_if(*files, [&](const Found& file) { return file.website != request.website; });
  if (files->empty())
    return Error{Errc::not_found, fmt::format("there is no file {}/{}/YYYY-MM/analytics.db", request.root, request.website.empty() ? "WEBSITE" : request.website)};
  return files;
}

/// What is wrong with one file does not hold up the others.
Result<void> import_all(const std::vector<Found>& files, MicroImporter& importer, const MicroImportRequest& request) {
  Totals totals;
  for (const auto& file : files) {
    const auto report = importer.run(file, request);
    if (report) {
      print(file, *report);
      totals.add(*report);
      continue;
    }
    if (report.error().code == Errc::unavailable)
      return Error{Errc::unavailable, report.error().message + ". What has been taken is kept: run it again"};
    std::cerr << "picolytics: " << file.website << " " << file.month << ": " << report.error().message << std::endl;
    ++totals.failed;
  }
  totals.print();
  if (request.dry_run) std::cout << "nothing was taken (--dry-run)" << std::endl;
  if (totals.failed > 0) return Error{Errc::io, fmt::format("{} files could not be imported, or not to their end", totals.failed)};
  return {};
}

}  // namespace

Result<void> import_micro_analytics(const config::Config& config, const MicroImportRequest& request) {
  const auto files = find_files(request);
  if (!files) return files.error();
  const auto database = find_database(config);
  if (!database) return database.error();
  auto connection = storage::Connection::open_with_retries(*database, config.postgres.conn_attempts);
  if (!connection) return connection.error();
  metrics::Registry registry;
  auto knowledge = enrich::Knowledge::load(enrich_options(config), registry);
  if (!knowledge) return knowledge.error();
  try {
    if (!config.postgres.skip_migrations)
      if (const auto ran = storage::migrate(*connection); !ran) return ran.error();
    if (config.retention.prune.count() > 0)
      std::cout << fmt::format("pruneDays is {}: the server removes what is older than that, also of what comes now", config.retention.prune.count()) << std::endl;
    MicroImporter importer(config, *database, *connection, std::move(*knowledge));
    return import_all(*files, importer, request);
  } catch (const storage::DatabaseError& error) {
    return Error{Errc::unavailable, error.what()};
  }
}

}  // namespace pico::app
