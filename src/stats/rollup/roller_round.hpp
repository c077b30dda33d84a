#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "due_days.hpp"
#include "month_roller.hpp"
#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"
#include "repair_pace.hpp"
#include "roller_metrics.hpp"
#include "scrub.hpp"

namespace pico::stats {

/// What the roller does in its rounds, and what it remembers from one to the next. One thread at a time; whoever runs a round holds the
/// roller's lock.
class RollerRound {
 public:
  RollerRound(std::chrono::milliseconds interval, std::chrono::minutes close_after, RollerMetrics& metrics, const Clock& clock);

  /// Repairs, closes, sums up months, trims the feed and looks for damage, as far as the pace allows, until nothing is left or
  /// `stopping`. What fails is put off, and told by problem(). Returns how many days and months were written. Throws
  /// storage::DatabaseError when the connection is lost or the statement was cancelled, and whatever the failure was when failures follow each
  /// other or the list of what is due cannot be read.
  std::size_t run(storage::Connection& connection, const std::function<bool()>& stopping);

  /// The same without regard to the pace; a failure is thrown.
  std::size_t run_all(storage::Connection& connection);

  /// Why something was put off in the last round; empty: nothing was.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Work {
    storage::Connection& connection;
    const std::function<bool()>& stopping;
    const bool patient;  // keeps the pace, and puts off what fails
  };

  std::size_t pass(const Work& work);
  std::size_t repair(const Work& work);
  std::size_t close(const Work& work);
  std::size_t sum_up_months(const Work& work);
  bool repair_day(const Work& work, const DueDay& due);
  bool close_day(const Work& work, const DueDay& due);
  bool sum_up_month(const Work& work, const SiteMonth& due);
  bool guarded(const Work& work, RepairPace& pace, storage::SiteId site, Day start, const std::function<bool()>& task);
  void look_at_months_from(Day month);
  void count_waiting(storage::Connection& connection);

  const std::chrono::milliseconds interval_;
  const Clock& clock_;
  RollerMetrics& metrics_;
  DayEnds ends_;
  RepairPace day_pace_, month_pace_;
  Scrub scrub_;
  std::string problem_;
  int failures_in_a_row_ = 0;
  Instant next_repair_{}, next_look_at_all_months_{};
  std::optional<Day> months_from_;  // the earliest month that may have to be summed up
};

}  // namespace pico::stats
