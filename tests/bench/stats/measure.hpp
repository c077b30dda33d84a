#pragma once
#include <functional>
#include <string>

#include "pico/stats/service.hpp"

namespace pico::bench {

/// One figure a line: what, value and budget, separated by tabs.
void print(const std::string& what, const std::string& value, const std::string& budget = "");

struct Times {
  double p50 = 0, p95 = 0;  ///< milliseconds
};

/// So many runs, or as many as fit into some seconds (at least three).
Times times_of(int runs, const std::function<void()>& work);

/// `12.3 / 45.6`
std::string text_of(const Times& times);

/// Asks a service, and ends the program when it refuses.
class Asker {
 public:
  Asker(storage::Connection& connection, const Clock& clock) : connection_(connection), clock_(clock) { restart(); }

  /// As after a start of the server.
  void restart() { service_ = std::make_unique<stats::Service>(stats::Options{}, registry_, clock_); }
  std::vector<stats::Answer> ask(const std::vector<stats::Query>& queries);
  stats::Answer ask(const stats::Query& query) { return ask(std::vector{query}).front(); }
  std::int64_t live_visitors(const std::string& site) { return service_->live_visitors(connection_, site).value(); }

 private:
  storage::Connection& connection_;
  const Clock& clock_;
  metrics::Registry registry_;
  std::unique_ptr<stats::Service> service_;
};

/// The panels of the dashboard, by name.
struct Panel {
  std::string name;
  stats::Query query;
};
std::vector<Panel> dashboard(const std::string& site, const stats::RangeSpec& range, stats::Dimension time, const std::vector<stats::Filter>& filters = {});

}  // namespace pico::bench
