#include "takeover_command.hpp"

#include <fmt/format.h>

#include <iostream>

#include "database.hpp"
#include "options.hpp"
#include "pico/storage/migrator.hpp"
#include "takeover_report.hpp"

namespace pico::app {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// A line every few seconds, so that a log of it stays short.
class ProgressLines {
 public:
  void operator()(std::uint64_t done, std::uint64_t total) {
    const auto now = SteadyClock::now();
    if (done != total && now - printed_ < std::chrono::seconds(2)) return;
    printed_ = now;
    const auto seconds = std::chrono::duration<double>(now - began_).count();
    std::cout << fmt::format("{} of {} old events, {} a second", grouped(done), grouped(total), grouped(static_cast<std::uint64_t>(static_cast<double>(done) / std::max(seconds, 0.001))))
              << std::endl;
  }

 private:
  SteadyClock::time_point began_ = SteadyClock::now(), printed_ = began_ - std::chrono::hours(1);
};

takeover::Options options_of(const config::Config& config, const TakeoverRequest& request, const storage::ConnectOptions& database) {
  takeover::Options options;
  options.writer = writer_options(config, database);
  options.writer.make_sites = true;  // who takes over says which sites there are: those of the old database
  options.schema = request.schema;
  options.again = request.again;
  options.default_zone = config.sites.default_time_zone;
  options.patience = std::chrono::seconds(request.wait_seconds);
  return options;
}

Result<void> migrate_first(storage::Connection& connection, const config::Config& config) {
  if (config.postgres.skip_migrations) return {};
  try {
    const auto ran = storage::migrate(connection);
    if (!ran) return ran.error();
    return {};
  } catch (const storage::DatabaseError& error) {
    if (error.sqlstate() != "42501") throw;
    return Error{Errc::invalid, fmt::format("the schemas pico and reporting cannot be made: {}. Have the owner of the database say: grant create on database NAME to USER", error.what())};
  }
}

Result<void> run(storage::Connection& connection, const config::Config& config, const TakeoverRequest& request, const storage::ConnectOptions& database) {
  const auto options = options_of(config, request, database);
  const auto survey = takeover::survey(connection, options);  // before anything is made in a database that is not the right one
  if (!survey) return survey.error();
  std::cout << fmt::format("{} events in the old tables of the schema {}, {} of them not taken over yet", grouped(survey->events), request.schema, grouped(survey->waiting)) << std::endl;
  if (!request.dry_run) {
    if (auto migrated = migrate_first(connection, config); !migrated) return migrated;
    if (config.retention.prune.count() > 0)
      std::cout << fmt::format("pruneDays is {}: the server removes what is older than that, also of what comes now", config.retention.prune.count()) << std::endl;
    ProgressLines lines;
    const takeover::Observer observer{.progress = std::ref(lines), .waiting = [](std::size_t sessions) {
                                        std::cout << fmt::format("waiting for {} transactions that may have stored old events", sessions) << std::endl;
                                      }};
    const auto outcome = takeover::take_over(connection, options, observer);
    if (!outcome) return outcome.error();
    std::cout << describe(*outcome) << std::endl;
  }
  const auto figures = takeover::compare(connection, options);
  if (!figures) return figures.error();
  std::cout << describe(*figures, std::chrono::duration_cast<std::chrono::minutes>(options.writer.session_timeout));
  if (request.dry_run) std::cout << "nothing was written (--dry-run)\n";
  return {};
}

}  // namespace

Result<void> take_over(const config::Config& config, const TakeoverRequest& request) {
  const auto database = find_database(config);
  if (!database) return database.error();
  auto connection = storage::Connection::open_with_retries(*database, config.postgres.conn_attempts);
  if (!connection) return connection.error();
  try {
    return run(*connection, config, request, *database);
  } catch (const storage::DatabaseError& error) {
    if (!error.connection_lost() && !error.is_cancelled()) return Error{Errc::unavailable, error.what()};
    return Error{Errc::unavailable, fmt::format("{}. What has been taken over is kept: run it again", error.what())};
  }
}

}  // namespace pico::app
