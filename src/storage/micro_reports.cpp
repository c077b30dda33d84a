#include "pico/storage/micro_reports.hpp"

#include <algorithm>
#include <limits>

#include "sql.hpp"

namespace pico::storage {
namespace {

/// What is stored lies within; beyond it Postgres would not read every date.
constexpr Day first_day = std::chrono::year(1999) / 12 / 30, last_day = std::chrono::year(9999) / 1 / 1;

std::string_view name_of(MicroField field) {
  switch (field) {
    case MicroField::platform: return "platform";
    case MicroField::domain: return "domain";
    default: return "country";
  }
}

/// A site's day begins and ends up to a day away from that of UTC.
Params range_of(int site_id, const MicroRange& range) {
  const Instant from = std::clamp<Instant>(range.from, first_day, last_day), until = std::clamp<Instant>(range.until, first_day, last_day);
  const auto day_of = [](Instant at, int more) { return std::chrono::floor<std::chrono::days>(at) + std::chrono::days(more); };
  Params params;
  params.add(site_id).add(from).add(until).add(day_of(from, -1)).add(day_of(until, 1));
  return params;
}

/// All rows of a long time are read: by hashing and with workers (the planner takes an event and its visit for a rare pair, as it does in
/// the figures of the dashboard).
void plan_for_many_rows(Connection& connection) {
  connection.execute(
      "set local enable_nestloop = off; set local enable_partitionwise_join = on; set local parallel_tuple_cost = 0.001; "
      "set local parallel_setup_cost = 100");
}

/// callers: they are told apart. Millions of groups are found faster by sorting than by hashing, which the planner does not see.
Rows ask(Connection& connection, std::string_view statement, const Params& params, bool callers) {
  Transaction transaction(connection);
  plan_for_many_rows(connection);
  if (callers) connection.execute("set local enable_hashagg = off");
  auto rows = connection.execute(sql(statement), params);
  transaction.commit();
  return rows;
}

std::vector<MicroVisits::Visit> visits_of(const Rows& rows) {
  std::vector<MicroVisits::Visit> visits(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    visits[i] = {rows.get<Instant>(i, 0),     rows.get<std::string>(i, 1), rows.get<std::string>(i, 2), rows.get<std::string>(i, 3),
                 rows.get<std::string>(i, 4), rows.get<std::string>(i, 5), rows.get<std::string>(i, 6)};
  }
  return visits;
}

MicroFigures figures_at(const Rows& rows, std::size_t row, bool unique) {
  return {rows.get<std::int64_t>(row, 1), unique ? rows.get<std::int64_t>(row, 2) : 0};
}

}  // namespace

MicroFigures micro_totals(Connection& connection, int site_id, const MicroRange& range) {
  const auto rows = ask(connection, "micro_reports.totals", range_of(site_id, range), true);
  return {rows.get<std::int64_t>(0, 0), rows.get<std::int64_t>(0, 1)};
}

std::vector<MicroGroup> micro_groups(Connection& connection, int site_id, const MicroRange& range, MicroField field, bool unique, std::size_t at_most) {
  auto params = range_of(site_id, range);
  params.add(static_cast<std::int64_t>(at_most));
  if (field != MicroField::event) params.add(name_of(field));
  const auto* statement = field == MicroField::event ? (unique ? "micro_reports.event_callers" : "micro_reports.events")
                                                     : (unique ? "micro_reports.label_callers" : "micro_reports.labels");
  const auto rows = ask(connection, statement, params, unique);
  std::vector<MicroGroup> groups;
  for (std::size_t i = 0; i < rows.size(); ++i) groups.push_back({rows.get<std::string>(i, 0), figures_at(rows, i, unique)});
  return groups;
}

std::vector<MicroBucket> micro_times(Connection& connection, int site_id, const MicroRange& range, std::chrono::seconds interval, bool unique,
                                     std::size_t at_most) {
  auto params = range_of(site_id, range);
  params.add(static_cast<std::int64_t>(interval.count())).add(unique).add(static_cast<std::int64_t>(at_most));
  const auto rows = ask(connection, "micro_reports.times", params, unique);
  std::vector<MicroBucket> buckets;
  for (std::size_t i = 0; i < rows.size(); ++i) buckets.push_back({rows.get<Instant>(i, 0), figures_at(rows, i, unique)});
  return buckets;
}

MicroVisits::MicroVisits(Connection& connection, int site_id, const MicroRange& range, const std::optional<std::int64_t>& limit)
    : connection_(connection), transaction_(connection, Isolation::repeatable_read), site_id_(site_id), rest_(range),
      left_(limit.value_or(std::numeric_limits<std::int64_t>::max())) {
  // All of a stretch is wanted, not its first tenth, for which a cursor is planned otherwise.
  plan_for_many_rows(connection);
  connection.execute("set local cursor_tuple_fraction = 1; set local statement_timeout = '10min'");
  const auto days = connection.execute("select min(day), max(day) from pico.site_days where site_id = $1", Params().add(site_id));
  const auto first = days.get<std::optional<Day>>(0, 0);
  rest_.from = std::max<Instant>(rest_.from, first.value_or(last_day) - std::chrono::days(1));
  rest_.until = std::min<Instant>(rest_.until, days.get<std::optional<Day>>(0, 1).value_or(first_day) + std::chrono::days(2));
}

void MicroVisits::open_stretch() {
  const auto until = std::min<Instant>(std::chrono::floor<std::chrono::days>(rest_.from) + stretch_, rest_.until);
  connection_.execute(sql("micro_reports.visits"), range_of(site_id_, {rest_.from, until}).add(left_));
  rest_.from = until;
  given_ = 0;
}

void MicroVisits::close_stretch() {
  connection_.execute("close micro_visits");
  // Long enough that what a statement costs does not count, short enough that little is sorted.
  if (*given_ < 20'000) stretch_ *= 2;
  if (*given_ > 100'000) stretch_ = std::max(stretch_ / 2, std::chrono::days(1));
  given_.reset();
}

std::vector<MicroVisits::Visit> MicroVisits::next() {
  while (given_ || (left_ > 0 && rest_.from < rest_.until)) {
    if (!given_) open_stretch();
    auto visits = visits_of(connection_.execute("fetch forward 2000 from micro_visits"));
    const auto count = static_cast<std::int64_t>(visits.size());
    if (count == 0) {
      close_stretch();
      continue;
    }
    *given_ += count;
    left_ -= count;
    return visits;
  }
  return {};
}

}  // namespace pico::storage
