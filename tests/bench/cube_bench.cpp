// Prints what a day in memory costs: one of a million events (three a visit, a tenth of them with a name, every fifth visitor
// with two visits, engagement of every page) is loaded, brought up to date and asked. build/release/cube_bench [visits]
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "cube/day_cube.hpp"
#include "pico/core/hash.hpp"
#include "pico/storage/embedded_postgres.hpp"
#include "pico/storage/migrator.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/sites.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace pico;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr Day today{2026y / 11 / 22};
const stats::Calendar calendar{TimeZone()};

/// Wall and processor time of one piece of work. Postgres' is that of the session's own process, in steps of 10 ms.
struct Cost {
  double wall_ms = 0, own_ms = 0, postgres_ms = 0;

  static Cost now(int backend) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto ms = [](const timeval& t) { return 1e3 * static_cast<double>(t.tv_sec) + 1e-3 * static_cast<double>(t.tv_usec); };
    std::ifstream stat("/proc/" + std::to_string(backend) + "/stat");
    std::string skipped;
    for (int i = 0; i < 13; ++i) stat >> skipped;
    double user = 0, system = 0;
    stat >> user >> system;
    const auto wall = std::chrono::duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
    return {wall, ms(usage.ru_utime) + ms(usage.ru_stime),
            1e3 * (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK))};
  }
};

/// The quickest of several times.
template <class Work>
Cost cost_of(storage::Connection& connection, int times, Work work) {
  const auto backend = connection.execute("select pg_backend_pid()").get<int>(0, 0);
  Cost best{1e9, 0, 0};
  const auto first = Cost::now(backend);
  for (int i = 0; i < times; ++i) {
    const auto before = Cost::now(backend);
    work();
    const auto after = Cost::now(backend);
    if (const auto wall = after.wall_ms - before.wall_ms; wall < best.wall_ms) {
      best = {wall, after.own_ms - before.own_ms, 0};
    }
  }
  best.postgres_ms = (Cost::now(backend).postgres_ms - first.postgres_ms) / times;
  return best;
}

/// Visits come evenly over the day, and rows in the order of their time, as a writer would have left them.
void fill(storage::Connection& connection, int site, int visits) {
  storage::ensure_partitions(connection, std::vector<Day>{today});
  connection.execute("create temporary table numbers as select $1::int as site, $2::int as visits, $3::date as day", site, visits,
                     today);
  // Visit n = 6 k + 5 is the second one of the visitor who came a tenth of the day before.
  connection.execute(R"(
    select setseed(0.5);
    create temporary table v as
    select n, day + interval '23 hours' * n / visits as started_at, site, day,
      (hashint8extended(case when again then n - earlier else n end, 0) & -1024) + again::int as visit_id
    from numbers
    cross join lateral (select visits / 60 * 6 + 2 as earlier) e
    cross join lateral generate_series(0, visits - 1) n
    cross join lateral (select n % 6 = 5 and n > earlier as again) a;

    insert into pico.visits (visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id, location_id,
      screen_id, site_id, day, pageviews, events, entry_ms, exit_ms, rev, bot, flags)
    select visit_id, started_at, started_at + interval '2 minutes', 2000 * random() ^ 3, 2000 * random() ^ 3, 500 * random() ^ 2,
      300 * random() ^ 2, 2000 * random() ^ 2, 200 * random(), site, day, 3, 3, 0, 120000, 1, 0, 0
    from v order by started_at;

    create temporary table e as
    select visit_id, started_at + interval '1 minute' * i as at, (2000 * random() ^ 3)::int as page_id, site, day,
      case when random() < 0.1 then 0 else 1 end as kind
    from v cross join generate_series(0, 2) i order by 2;
    insert into pico.events select visit_id, at, page_id, site, day, kind, 0, 0 from e order by at;
    insert into pico.event_details select visit_id, at, page_id, 20 * random(), site, day, true, null from e where kind = 0;
    insert into pico.engagement select visit_id, at, page_id, site, day, 9000, 100 * random() from e where kind = 1;

    insert into pico.pages
    select site, n, day, 'shop.example', '/articles/of/a/shop/' || n from numbers, generate_series(0, 2000) n;
    insert into pico.acquisitions
    select site, n, day, 'referrer' || n, 'Channel ' || n % 12, 'source' || n % 100, 'medium' || n % 5, 'campaign' || n % 50,
      '', '', 'tag' || n % 20, '' from numbers, generate_series(0, 500) n;
    insert into pico.devices
    select n, 'Browser ' || n % 9, n, 'System ' || n % 6, n % 20, '', 'Desktop' from generate_series(0, 300) n;
    insert into pico.locations select n, 'C' || n % 60, 'Region ' || n % 400, 'City ' || n, 0, 0 from generate_series(0, 2000) n;
    insert into pico.screens select n, 1000 + n, 900, 1, 24, '', 'l' || n % 30 from generate_series(0, 200) n;
    insert into pico.event_names select n, 'event ' || n from generate_series(0, 20) n;
  )");
  connection.execute("vacuum analyze");
}

/// The visitors of some visits, which began in the last part of the day.
std::vector<std::int64_t> some_visitors(storage::Connection& connection, int count, const std::string& since) {
  const auto rows = connection.execute(
      "select distinct visit_id & -1024 from ("
      " select visit_id from pico.visits where day = $1 and started_at >= day + $2::interval"
      " order by hashint8extended(visit_id, 1) limit $3) v",
      today, since, count);
  std::vector<std::int64_t> visitors;
  for (std::size_t i = 0; i < rows.size(); ++i) visitors.push_back(rows.get<std::int64_t>(i, 0));
  return visitors;
}

void refresh(storage::Connection& connection, stats::DayCube& cube, int visits, const std::string& since, const char* who) {
  const auto visitors = some_visitors(connection, visits, since);
  const storage::Transaction transaction(connection, storage::Isolation::repeatable_read);
  const auto cost = cost_of(connection, 5, [&] { cube.refresh(connection, visitors); });
  std::printf("refresh %6zu visitors %s: %7.1f ms; processor: ours %6.2f ms, Postgres' %4.0f ms\n", visitors.size(), who,
              cost.wall_ms, cost.own_ms, cost.postgres_ms);
}

/// The ten values with the most visitors.
std::size_t top_ten(const stats::DayCube& cube, stats::Dimension dimension) {
  std::vector<std::pair<std::int64_t, std::string_view>> values;
  cube.each(dimension, [&](std::string_view value, const stats::Figures& f) { values.emplace_back(f.visitors, value); });
  const auto count = std::min<std::size_t>(10, values.size());
  std::partial_sort(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), values.end(), std::greater<>());
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  const auto visits = argc > 1 ? std::atoi(argv[1]) : 334'000;
  test::TemporaryFolder folder;
  auto postgres = storage::EmbeddedPostgres::start({.data_dir = folder.path()});
  if (!postgres) return std::fprintf(stderr, "%s\n", postgres.error().message.c_str()), 1;
  auto connection = *storage::Connection::open({.conninfo = (*postgres)->conninfo()});
  if (!storage::migrate(connection)) return 1;
  const auto site = storage::create_site(connection, "shop.example", TimeZone());
  fill(connection, site, visits);

  std::unique_ptr<stats::DayCube> cube;
  const auto load = cost_of(connection, 3, [&] {
    cube.reset();
    const storage::Transaction transaction(connection, storage::Isolation::repeatable_read);
    cube = std::make_unique<stats::DayCube>(connection, site, today, calendar);
  });
  std::printf("load: %.0f ms; processor: ours %.0f ms, Postgres' %.0f ms; %.1f MB\n", load.wall_ms, load.own_ms, load.postgres_ms,
              1e-6 * static_cast<double>(cube->bytes()));
  for (const int count : {10, 100, 1000, 10'000}) {
    refresh(connection, *cube, count, "22 hours 30 minutes", "of the last half hour");
    refresh(connection, *cube, count, "0 hours", "of the whole day     ");
  }
  for (const int share : {10, 4, 2, 1}) refresh(connection, *cube, visits / share, "0 hours", "of the whole day     ");

  std::size_t values = 0;
  const auto cost = cost_of(connection, 5, [&] {
    values = 0;
    for (auto d = static_cast<int>(stats::Dimension::page); d <= static_cast<int>(stats::Dimension::language); ++d) {
      values += top_ten(*cube, static_cast<stats::Dimension>(d));
    }
  });
  std::printf("top ten of 25 dimensions (%zu values): %.2f ms\n", values, cost.wall_ms);
}
