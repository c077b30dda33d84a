#include "housekeeping.hpp"

#include <spdlog/spdlog.h>

#include <cmath>
#include <exception>
#include <stdexcept>

#include "pico/storage/partitions.hpp"
#include "pico/storage/retention.hpp"
#include "pico/storage/salts.hpp"
#include "pico/storage/sites.hpp"
#include "stored_sites.hpp"

namespace pico::app {
namespace {

constexpr std::chrono::hours partitions_interval{1};
constexpr std::chrono::seconds tolerated_skew{5};

}  // namespace

Housekeeping::Housekeeping(const config::Config& config, storage::ConnectOptions database, enrich::Salts& salts, enrich::Sites& sites,
                           metrics::Registry& registry)
    : config_(config), sites_(sites), salt_keeper_(salts, sites, registry), salts_(salts),
      known_sites_(registry.gauge("picolytics_sites", "Sites known, with those that Postgres has yet to store.")),
      clock_skew_(registry.gauge("picolytics_clock_skew_seconds", "This machine's clock less the database's.")),
      keeping_("housekeeper", "housekeeping", database, [this](storage::Connection& connection) { keep(connection); }),
      clearing_("retention", "clearing away what is too old or removed", std::move(database), [this](storage::Connection& connection) { clear(connection); }) {}

Housekeeping::~Housekeeping() { stop(); }

void Housekeeping::first_round(storage::Connection& connection) {
  refresh_sites(connection);
  salt_keeper_.keep(connection);
}

void Housekeeping::start() {
  keeping_.start();
  clearing_.start();
}

void Housekeeping::stop() {
  clearing_.request_stop();
  keeping_.stop();
  clearing_.stop();
}

std::string Housekeeping::problem() const {
  const auto today = sites_.default_zone().local_day(SystemClock().now());
  return salts_.find(today) ? "" : "there is no salt for today: Postgres has been away since before the last midnight, or this machine's clock is wrong";
}

void Housekeeping::keep(storage::Connection& connection) {
  std::exception_ptr problem;
  try {
    refresh_sites(connection);
  } catch (const std::logic_error&) {  // a row of the table cannot be read: salts and their ends go by the sites that are known
    problem = std::current_exception();
  }
  salt_keeper_.keep(connection);
  check_clock(connection);
  if (problem) std::rethrow_exception(problem);
}

void Housekeeping::clear(storage::Connection& connection) {
  const auto now = std::chrono::steady_clock::now();
  if (now >= next_partitions_) {
    storage::ensure_partitions_ahead(connection, TimeZone().local_day(storage::database_now(connection)));
    next_partitions_ = now + partitions_interval;
    if (const auto removed = storage::continue_removals(connection); removed > 0) spdlog::info("finished the removal of {} sites", removed);
    if (const auto deleted = storage::delete_addresses_not_asked_for(connection); deleted > 0) spdlog::info("deleted {} addresses that no site asks for", deleted);
  }
  if (now >= next_prune_) {
    prune(connection);
    next_prune_ = now + config_.retention.check_every;
  }
}

void Housekeeping::refresh_sites(storage::Connection& connection) {
  sites_.replace_stored(stored_sites(connection));
  known_sites_.Set(static_cast<double>(sites_.size()));
}

void Housekeeping::check_clock(storage::Connection& connection) {
  const std::chrono::duration<double> skew = SystemClock().now() - storage::database_now(connection);
  clock_skew_.Set(skew.count());
  const bool off = std::abs(skew.count()) > static_cast<double>(tolerated_skew.count());
  if (off && !warned_of_clock_) spdlog::warn("this machine's clock is {:.0f} s off the database's: set both by NTP", skew.count());
  warned_of_clock_ = off;
}

void Housekeeping::prune(storage::Connection& connection) {
  const storage::RetentionOptions options{static_cast<int>(config_.retention.prune.count()), static_cast<int>(config_.retention.bot_prune.count())};
  if (options.prune_days == 0 && options.bot_prune_days == 0) return;
  const auto pruned = storage::prune(connection, options, storage::database_now(connection));
  if (pruned.partitions + pruned.visits + pruned.words > 0)
    spdlog::info("retention: dropped {} partitions, deleted {} visits and {} words", pruned.partitions, pruned.visits, pruned.words);
}

}  // namespace pico::app
