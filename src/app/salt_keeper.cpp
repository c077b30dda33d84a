#include "salt_keeper.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "pico/storage/salts.hpp"

namespace pico::app {
namespace {

/// A date's salt is fetched this long before the date begins anywhere, so that Postgres may be away at midnight.
constexpr std::chrono::hours ahead{6};

/// And kept this long after its date has ended everywhere: machines may be seconds behind the database, and events on their way.
constexpr std::chrono::seconds afterwards{10};

}  // namespace

SaltKeeper::SaltKeeper(enrich::Salts& salts, const enrich::Sites& sites, metrics::Registry& registry)
    : salts_(salts), sites_(sites),
      destroyed_(registry.counter("picolytics_salts_destroyed_total", "Salts destroyed because their date was over everywhere.")),
      held_(registry.gauge("picolytics_salts", "Salts held in RAM.")) {}

void SaltKeeper::keep(storage::Connection& connection) {
  const auto [first, last] = dates_in_use(connection);
  // Destroyed first: what is over must not be put back by the next step.
  for (const auto day : salts_.erase_before(first)) {
    destroyed_.Increment();
    spdlog::info("destroyed the salt of {}: that date is over in every time zone in use", to_string(day));
  }
  destroy_stored(connection, first);
  // After a crash of Postgres the unlogged table is empty: what is held here is the truth, and must get in before a new salt is made.
  // Where another instance was quicker, its salt counts. What is over and could not be destroyed yet stays where it is: it is never used.
  for (const auto& [day, salt] : storage::put_salts_back(connection, salts_.all()))
    if (day >= first) salts_.put(day, salt);
  for (auto day = first; day <= last; day += std::chrono::days(1))
    if (!salts_.find(day)) salts_.put(day, storage::fetch_or_create_salt(connection, day));
  held_.Set(static_cast<double>(salts_.all().size()));
}

/// The dates that are today, or are about to begin, at any site, by UTC, or in the zones that this server and others give to new sites: an
/// instance, or an import, may have another defaultTimeZone.
std::pair<Day, Day> SaltKeeper::dates_in_use(storage::Connection& connection) const {
  const auto now = storage::database_now(connection);
  const auto from = now - afterwards, to = now + ahead;
  auto dates = sites_.dates(from, to);
  const auto add = [&](const TimeZone& zone) {
    const auto own = ZoneHistory(zone).dates(from, to);
    dates = {std::min(dates.first, own.first), std::max(dates.second, own.second)};
  };
  add(TimeZone());
  for (const auto& name : storage::announce_default_zone(connection, sites_.default_zone()))
    if (const auto zone = TimeZone::find(name)) add(*zone);
  return dates;
}

/// A dump that is under way, or whatever else holds the table, must not keep the new date's salt from being made.
void SaltKeeper::destroy_stored(storage::Connection& connection, Day first) {
  try {
    storage::destroy_salts_before(connection, first);
    if (held_up_) spdlog::info("the salts that are over are destroyed in the database, too");
    held_up_ = false;
  } catch (const storage::DatabaseError& error) {
    if (!error.is_lock_timeout()) throw;
    if (!held_up_) spdlog::warn("salts from before {} are over, but a transaction holds their table (a dump?): they are destroyed as soon as it ends", to_string(first));
    held_up_ = true;
  }
}

}  // namespace pico::app
