#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "pico/http/exchange.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/pool.hpp"

namespace pico::api {

/// Answers what µAnalytics' API asks, and removes sites for it. Everything runs on the threads of the pool, which must outlive it, as must
/// the registry. Thread-safe.
class MicroReads {
 public:
  enum class Report : std::uint8_t { visits, count, countries, platforms, domains, events, time };
  /// Called once, from any thread; must not block.
  using Answer = std::function<void(http::Response)>;

  /// How many lists of visits are sent at once; they hold a thread for as long as their clients take.
  static constexpr int max_lists = 3;

  MicroReads(storage::Pool& pool, metrics::Registry& registry);

  /// `GET /{website}` and `GET /{website}/{report}`. `website` is percent-decoded; the parameters are in the request's query. `answer` is
  /// of that exchange; a list of visits is sent in pieces instead.
  void report(Report report, const std::string& website, http::Exchange& exchange, const Answer& answer);

  /// `DELETE /{website}`: answered once there is no such site any more. Its rows go afterwards.
  void remove(const std::string& website, const Answer& answer);

 private:
  struct List;

  storage::Pool& pool_;
  metrics::Gauge& lists_;
  metrics::Counter& refused_;
  std::atomic<int> running_lists_{0};
};

}  // namespace pico::api
