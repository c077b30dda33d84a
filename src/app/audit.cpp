#include "audit.hpp"

#include <fmt/format.h>

#include <iostream>

#include "database.hpp"
#include "pico/audit/audit.hpp"

namespace pico::app {
namespace {

namespace fs = std::filesystem;

Result<void> append_addresses(const std::vector<std::string>& texts, std::vector<IpAddress>& addresses) {
  for (const auto& text : texts) {
    const auto address = IpAddress::parse(text);
    if (!address) return Error{Errc::invalid, text + " is not an IP address"};
    addresses.push_back(*address);
  }
  return {};
}

/// The addresses that the server listens on stand in run.json, and are nobody's secret.
void append_own_addresses(const config::Config& config, std::vector<IpAddress>& addresses) {
  for (const auto& listen : {std::optional(config.http.listen), std::optional(config.tls.listen), config.tls.redirect_listen, config.admin.listen,
                             config.counts.page_views_listen, config.micro_analytics.listen}) {
    const auto address = listen ? IpAddress::parse(listen->host) : std::nullopt;  // nullopt also for all addresses
    if (address) addresses.push_back(*address);
  }
}

Result<audit::Options> options_for(const config::Config& config, const AuditRequest& request) {
  audit::Options options;
  if (auto appended = append_addresses(request.addresses, options.addresses); !appended) return appended.error();
  if (auto appended = append_addresses(request.allowed, options.allowed); !appended) return appended.error();
  append_own_addresses(config, options.allowed);
  options.user_agents = request.user_agents;
  return options;
}

void search_database(const config::Config& config, const audit::Options& options, audit::Report& report) {
  const auto searched = with_connection(config, [&](storage::Connection& connection) -> Result<void> {
    audit::search_database(connection, options, report);
    return {};
  });
  if (!searched) report.not_seen.push_back("the database: " + searched.error().message);
}

/// The embedded Postgres' own files are left out: its tables are searched through Postgres, where it is known what a column holds.
void search_files(const config::Config& config, const AuditRequest& request, const audit::Options& options, audit::Report& report) {
  const auto cluster = config.data_dir / "postgres";
  std::error_code error;
  if (fs::is_directory(config.data_dir, error)) {
    audit::search_files(config.data_dir, {cluster}, options, report);
  } else {
    report.not_seen.push_back(fmt::format("the data directory: {} {}: set dataDir to the server's", config.data_dir.string(),
                                          error && error != std::errc::no_such_file_or_directory ? "cannot be reached" : "is not there"));
  }
  for (const auto& log : request.logs) audit::search_files(log, {}, options, report);
  if (request.wal || !request.wal_dir.empty())
    audit::search_files(request.wal_dir.empty() ? cluster / "data" / "pg_wal" : request.wal_dir, {}, options, report);
}

void print(const audit::Report& report) {
  for (const auto& [place, hits] : report.found)
    for (const auto& [what, times] : hits) std::cout << fmt::format("found in {}: {} ({}×)\n", place, what, times);
  for (const auto& reason : report.not_seen) std::cout << "not looked at: " << reason << "\n";
  std::cout << fmt::format("looked at {} values in {} columns of {} tables, and at {} files of {} bytes: ", report.values, report.columns,
                           report.tables, report.files, report.bytes)
            << (!report.found.empty() ? "found" : report.not_seen.empty() ? "clean" : "nothing found, but not everything was looked at") << "\n";
}

}  // namespace

int privacy_audit(const config::Config& config, const AuditRequest& request) {
  const auto options = options_for(config, request);
  if (!options) {
    std::cerr << "picolytics: " << options.error().message << "\n";
    return 2;
  }
  audit::Report report;
  search_database(config, *options, report);
  search_files(config, request, *options, report);
  print(report);
  return !report.found.empty() ? 1 : report.not_seen.empty() ? 0 : 2;
}

}  // namespace pico::app
