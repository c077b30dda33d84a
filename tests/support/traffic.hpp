#pragma once
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "pico/journal/journal.hpp"
#include "pico/writer/writer.hpp"
#include "support/recount/calendar.hpp"
#include "support/temporary_folder.hpp"

/// Traffic with every trap that figures can fall into: midnights in several zones, days of 23, 24.5, 25 and 47 hours, changed time
/// zones, visitors who return and visit twice a day from different sources, late events, bots, custom events with and without
/// properties, pings, engagement, two host names with the same paths, blanks, texts that mean something to LIKE and regular
/// expressions, events of one millisecond, equal visitor ids on two days and two sites.
namespace pico::test {

/// The moment at which the traffic ends: a Sunday, a minute past a full hour. In Kolkata it is late on that day, in Auckland the next.
inline constexpr Instant traffic_end{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + std::chrono::hours(18) +
                                     std::chrono::minutes(1)};

/// An event as the journal takes it.
struct Hit {
  Instant at;
  std::uint8_t shard = 0;
  std::vector<std::byte> payload;
};

struct TrafficSite {
  std::string domain;
  std::string zone;      ///< at first
  std::string new_zone;  ///< blank: never changed
  Day changed_on;        ///< the last day under the first zone
  std::vector<std::pair<Day, Day>> days;  ///< on which there is traffic, local
  int visitors = 0;      ///< a day
};

const std::vector<TrafficSite>& traffic_sites();

/// Makes the sites with their zones and goals.
void create_traffic_sites(storage::Connection& connection);

/// Deterministic: the same seed gives the same traffic.
class Traffic {
 public:
  explicit Traffic(std::uint64_t seed, int scale = 1) : random_(seed), scale_(scale) {}

  /// What comes in time, nearly in order. Nothing after traffic_end.
  std::vector<Hit> in_time();
  /// Events of all days that come when those days are long over: some bridge two visits, some are of new visitors.
  std::vector<Hit> late();
  /// Some visits about the moment.
  std::vector<Hit> around(Instant moment, int visits);

 private:
  struct Visitor;
  struct Writing;
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(std::size(list))];
  }
  Instant start_within(Instant begin, Instant end);
  void visit(const TrafficSite& site, const Zones& zones, std::uint64_t visitor, Instant at, std::vector<Hit>& hits);
  void hit(Writing& to, Instant at, int number);
  void go_on(Writing& to);

  std::mt19937_64 random_;
  int scale_;
};

/// The way of events into a database: a journal and the real writer.
class Intake {
 public:
  explicit Intake(const std::string& conninfo);
  ~Intake();

  /// Returns once all are committed. One thread at a time.
  void write(const std::vector<Hit>& hits);

 private:
  TemporaryFolder folder_;
  metrics::Registry registry_;
  struct StoppedClock;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<writer::Writer> writer_;
};

}  // namespace pico::test
