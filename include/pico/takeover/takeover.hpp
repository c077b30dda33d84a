#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/core/time_zone.hpp"
#include "pico/storage/connection.hpp"
#include "pico/writer/writer.hpp"

/// Takes over what the original picolytics has stored in the same database: its tables `domains`, `sessions` and `events`
/// (docs/coming-from-picolytics.md). They are read and never changed.
namespace pico::takeover {

struct Options {
  writer::Options writer;  ///< `database` leads to the old tables as well
  std::string schema = "public";
  bool again = false;                 ///< with the first event again: what was taken over has been removed since
  TimeZone default_zone;              ///< of sites that are made
  std::chrono::seconds patience{60};  ///< how long the end of other sessions' transactions on the old events is waited for
  std::size_t chunk = 5000;           ///< events written in one transaction
};

/// Called now and then on the thread that works.
struct Observer {
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< events of this run, pings included
  std::function<void(std::size_t sessions)> waiting;                      ///< for so many sessions' transactions
};

/// What one run did. Events are the rows of the old table.
struct Outcome {
  std::uint64_t events = 0;  ///< became events here
  std::uint64_t pings = 0;   ///< became signs of life of their visits
  std::uint64_t without_domain = 0, without_time = 0, without_name = 0, without_session = 0;  ///< left out
  std::size_t sites_made = 0;
};

/// A site before and here. Bots are included. `old`: of the old tables, up to the last event taken over.
struct SiteFigures {
  std::string site;
  std::int64_t old_domains = 0;  ///< so many names of it, that differ in case
  std::int64_t old_sessions = 0, old_visitors = 0, old_events = 0, old_pings = 0;
  std::int64_t sessions_without_events = 0, sessions_of_pings = 0;
  std::int64_t session_days = 0;  ///< sessions with events, counted once for each local day of the site that they touch
  std::int64_t visitor_days = 0;  ///< visitors with events likewise
  std::int64_t left_out = 0;      ///< events without a name, time or session
  std::int64_t visits = 0, visitors = 0, events = 0;  ///< here, on the days of the old events
};

struct Figures {
  std::vector<SiteFigures> sites;  ///< by old_events, most first
  std::int64_t without_domain = 0;  ///< events whose domain is blank or no host
  bool compared = false;            ///< false: there is no database of ours yet, so everything "here" is 0
};

/// The old tables as they are, and how much of them has not been taken over yet. Writes nothing.
struct Survey {
  std::uint64_t events = 0, waiting = 0;
};

/// Errc::not_found: there are no such tables. Errc::invalid: they are not the original's, or of a version that is not known. The message
/// says what to do. Like all functions here it throws DatabaseError.
Result<Survey> survey(storage::Connection& connection, const Options& options);

/// Brings over, in the order of their ids, all events that are not here yet: Options::chunk in a transaction together with the position,
/// so that a run that ends in any way is continued by the next one, and nothing comes twice. Events that are stored meanwhile come as well.
/// The schema must be up to date; Errc::not_found: there is none. Errc::conflict: another takeover is at work, or it is to
/// begin again though visits of a site are there. Errc::unavailable: others write to the old
/// table and do not end, or the database's clock is more than an hour ahead of ours; what came before is kept.
Result<Outcome> take_over(storage::Connection& connection, const Options& options, const Observer& observer);

/// Counts before and after. Reads all of the old events.
Result<Figures> compare(storage::Connection& connection, const Options& options);

}  // namespace pico::takeover
