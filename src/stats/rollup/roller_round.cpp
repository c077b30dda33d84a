#include "roller_round.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "day_roller.hpp"
#include "pico/storage/day_changes.hpp"
#include "rollup_table.hpp"

namespace pico::stats {
namespace {

using namespace std::chrono_literals;
using storage::DatabaseError;

constexpr auto longest_wait = 10min;
constexpr auto between_looks_at_all_months = 1h;
/// Failures one after the other that say that it is not the days' fault.
constexpr int too_many_failures = 5;
/// Damage found while months are summed up makes days due again: a few passes see to that at once.
constexpr int max_passes = 3;

Day today(Instant now) {
  return std::chrono::floor<std::chrono::days>(now);
}
/// No site's today lies beyond it. (Days further in the future come when they are over.)
Day newest(Instant now) {
  return today(now) + std::chrono::days(1);
}
/// Facts lie between these.
constexpr Day earliest{};
constexpr Day latest = std::chrono::year(9999) / 12 / 31;

}  // namespace

RollerRound::RollerRound(std::chrono::milliseconds interval, std::chrono::minutes close_after, RollerMetrics& metrics,
                         const Clock& clock)
    : interval_(interval), clock_(clock), metrics_(metrics), ends_(close_after), day_pace_(interval, longest_wait),
      month_pace_(interval, longest_wait), scrub_(metrics.damaged) {}

std::size_t RollerRound::run(storage::Connection& connection, const std::function<bool()>& stopping) {
  problem_.clear();
  failures_in_a_row_ = 0;
  const Work work{connection, stopping, true};
  storage::trim_feed(connection);
  count_waiting(connection);
  const auto written = pass(work);
  if (!stopping()) scrub_.next(connection);
  count_waiting(connection);
  return written;
}

std::size_t RollerRound::run_all(storage::Connection& connection) {
  const std::function<bool()> never = [] { return false; };
  const Work work{connection, never, false};
  storage::trim_feed(connection);
  scrub_.next(connection);
  std::size_t written = 0;
  for (int passes = 0; passes < max_passes; ++passes) {
    months_from_ = earliest;
    const auto now_written = pass(work);
    written += now_written;
    if (now_written == 0) break;
  }
  count_waiting(connection);
  return written;
}

std::size_t RollerRound::pass(const Work& work) {
  auto written = repair(work);
  written += close(work);
  return written + sum_up_months(work);
}

std::size_t RollerRound::repair(const Work& work) {
  std::size_t repaired = 0;
  next_repair_ = clock_.now() + interval_;
  for (auto cursor = newest_first(latest); !cursor.at_end && !work.stopping();) {
    for (const auto& due : next_marked(work.connection, cursor)) {
      if (work.stopping()) break;
      if (repair_day(work, due)) ++repaired;
    }
  }
  return repaired;
}

std::size_t RollerRound::close(const Work& work) {
  std::size_t written = 0;
  for (auto cursor = newest_first(newest(clock_.now())); !cursor.at_end && !work.stopping();) {
    for (const auto& due : next_unrolled(work.connection, cursor)) {
      if (work.stopping()) break;
      if (!close_day(work, due)) continue;
      ++written;
      // Catching up can take hours; late events do not wait for it.
      if (clock_.now() < next_repair_) continue;
      written += repair(work);
      storage::trim_feed(work.connection);
    }
  }
  return written;
}

bool RollerRound::repair_day(const Work& work, const DueDay& due) {
  const auto repaired =
      guarded(work, day_pace_, due.site, due.day, [&] { return roll_day(work.connection, due.site, due.day); });
  if (!repaired) return false;
  day_pace_.worked_on(due.site, due.day, clock_.now());
  look_at_months_from(month_of(due.day));
  (due.rolled ? metrics_.repaired : metrics_.closed).Increment();
  return true;
}

bool RollerRound::close_day(const Work& work, const DueDay& due) {
  const auto closed = guarded(work, day_pace_, due.site, due.day, [&] {
    if (!due.closing) {
      if (!ends_.may_close(work.connection, due.site, due.day, clock_.now())) return false;
      note_closing(work.connection, due.site, due.day);
    }
    return roll_day(work.connection, due.site, due.day);
  });
  if (!closed) return false;
  look_at_months_from(month_of(due.day));
  metrics_.closed.Increment();
  return true;
}

std::size_t RollerRound::sum_up_months(const Work& work) {
  const auto now = clock_.now();
  if (now >= next_look_at_all_months_) {
    look_at_months_from(earliest);
    next_look_at_all_months_ = now + between_looks_at_all_months;
  }
  if (!months_from_) return 0;
  const auto from = *std::exchange(months_from_, std::nullopt);
  const auto months = months_without_rollup(work.connection, from, newest(now));
  if (months.size() == most_months_at_once) look_at_months_from(from);
  std::size_t written = 0;
  for (const auto& due : months) {
    if (work.stopping()) break;
    if (sum_up_month(work, due)) ++written;
  }
  return written;
}

bool RollerRound::sum_up_month(const Work& work, const SiteMonth& due) {
  const auto last = month_of(due.month + std::chrono::days(31)) - std::chrono::days(1);
  bool under_way = false;
  const auto summed_up = guarded(work, month_pace_, due.site, due.month, [&] {
    under_way = !ends_.may_close(work.connection, due.site, last, clock_.now());
    return !under_way && roll_month(work.connection, due);
  });
  if (!summed_up) {
    if (!under_way) look_at_months_from(due.month);
    return false;
  }
  metrics_.months.Increment();
  return true;
}

void RollerRound::look_at_months_from(Day month) {
  months_from_ = std::min(month, months_from_.value_or(latest));
}

/// Runs the task if the pace allows it. Of what fails, decides whether that is the matter of this day or month alone.
bool RollerRound::guarded(const Work& work, RepairPace& pace, storage::SiteId site, Day start, const std::function<bool()>& task) {
  if (work.patient && !pace.may(site, start, clock_.now())) return false;
  const auto begin = std::chrono::steady_clock::now();
  try {
    if (!task()) return false;
    metrics_.seconds.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    failures_in_a_row_ = 0;
    return true;
  } catch (const std::exception& error) {  // also a row that cannot be read, or a day that is larger than memory
    const auto* const of_database = dynamic_cast<const DatabaseError*>(&error);
    if (!work.patient || (of_database != nullptr && (of_database->connection_lost() || of_database->is_cancelled()))) throw;
    metrics_.failures.Increment();
    pace.worked_on(site, start, clock_.now());
    if (++failures_in_a_row_ >= too_many_failures) throw;
    problem_ = error.what();
    return false;
  }
}

void RollerRound::count_waiting(storage::Connection& connection) {
  const auto rows = connection.execute(
      "select (select count(*) from pico.site_days where not rolled and day < $1::date) + "
      "(select count(distinct (site_id, day)) from pico.rollup_marks)",
      today(clock_.now()) - std::chrono::days(1));
  metrics_.waiting.Set(static_cast<double>(rows.get<std::int64_t>(0, 0)));
}

}  // namespace pico::stats
