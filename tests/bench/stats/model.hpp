#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pico/core/time_zone.hpp"
#include "pico/event/enriched.hpp"

/// The traffic that the benchmark of answers asks about: a year of twenty sites, one of which has half of it. Reproducible: a day of a
/// site is the same whoever makes it, in whatever order.
namespace pico::bench {

inline constexpr Day last_day = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
/// The present of the benchmark, on the last day.
inline constexpr Instant present{last_day + std::chrono::hours(18)};
inline constexpr int days_in_all = 365;

struct ModelOptions {
  std::uint64_t events = 10'000'000;  ///< in all
  std::uint64_t today = 100'000;      ///< of those, on the last day until the present
  bool engagement = false;            ///< a row a pageview besides
};

/// Draws from 0 … n-1, the k-th with a weight of 1/(k+1).
class Zipf {
 public:
  explicit Zipf(std::size_t n);
  [[nodiscard]] std::uint32_t draw(std::uint64_t random) const;  ///< random: 64 random bits

 private:
  std::vector<std::pair<float, std::uint32_t>> cells_;  // Walker's alias table
};

struct MadeEvent {
  Instant at;
  bool custom = false;
  std::uint32_t page = 0;  ///< index into the site's pages
  std::uint32_t name = 0;  ///< of custom events: index into names()
};

struct MadeEngagement {
  Instant at;
  std::uint32_t page = 0;
  std::int32_t engaged_ms = 0;
  std::int16_t scroll = -1;
};

struct MadeVisit {
  std::uint32_t site = 0;  ///< index into sites()
  Day day;
  std::uint64_t visitor = 0;
  std::uint16_t ordinal = 0;
  event::Bot bot = event::Bot::no;
  std::uint32_t acquisition = 0, device = 0, location = 0, screen = 0;
  std::vector<MadeEvent> events;  ///< by time, the first a pageview
  std::vector<MadeEngagement> engagement;
};

struct ModelSite {
  std::string domain;
  TimeZone zone;
  double share = 0;  ///< of all events
  std::size_t pages = 0;
  Zipf page;
};

class Model {
 public:
  explicit Model(ModelOptions options);

  [[nodiscard]] const ModelOptions& options() const { return options_; }
  [[nodiscard]] const std::vector<ModelSite>& sites() const { return sites_; }
  /// All visits of a day of a site that begin before the present, by their beginning.
  [[nodiscard]] std::vector<MadeVisit> visits(std::uint32_t site, Day day) const;

  static std::string path(std::size_t page);
  [[nodiscard]] const std::vector<event::Acquisition>& acquisitions() const { return acquisitions_; }
  [[nodiscard]] const std::vector<event::Device>& devices() const { return devices_; }
  [[nodiscard]] const std::vector<event::Location>& locations() const { return locations_; }
  [[nodiscard]] const std::vector<event::Screen>& screens() const { return screens_; }
  static const std::vector<std::string>& names();
  static constexpr std::string_view properties = R"({"plan":"pro"})";

 private:
  std::string_view keep(std::string text);

  ModelOptions options_;
  std::vector<ModelSite> sites_;
  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<event::Acquisition> acquisitions_;
  std::vector<event::Device> devices_;
  std::vector<event::Location> locations_;
  std::vector<event::Screen> screens_;
  Zipf acquisition_, device_, location_, screen_;
};

}  // namespace pico::bench
