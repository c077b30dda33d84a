// Prints what rollups take and cost: bytes an event of a large and of a small site, the time to close days, and to read a year of
// 40,000 pages. Real rows in a private Postgres. build/release/rollup_bench
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>

#include "pico/core/hash.hpp"
#include "pico/stats/roller.hpp"
#include "pico/storage/embedded_postgres.hpp"
#include "pico/storage/migrator.hpp"
#include "pico/storage/partitions.hpp"
#include "rollup/rollup_store.hpp"
#include "rollup/rollup_table.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace pico;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr Day month = 2026y / 10 / 1;

struct FixedClock final : Clock {
  [[nodiscard]] Instant now() const override { return Day(2026y / 12 / 1); }
};

double seconds_of(const auto& work) {
  const auto begin = steady_clock::now();
  work();
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

/// Of this thread.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double number(storage::Connection& connection, std::string_view sql) { return connection.execute(sql).get<double>(0, 0); }

/// $1: pages, a tenth of them referrers. Some five words make a path or a name, as in real ones.
constexpr auto words = R"(
  with text as (
    select n, (select string_agg((array['alpha','brass','cedar','delta','ember','fjord','grove','haven','indigo','jade','karst',
                                        'lumen','maple','north','olive','prism','quartz','river','stone','tidal','umber','vivid'])
                                       [1 + (hashint4(n * 7 + i) & 1023) % 22], '-')
               from generate_series(1, 2 + (hashint4(n) & 3)) i) || '-' || n as slug
    from generate_series(1, greatest($1::int, 6000)) n
  ), pages as (
    insert into pico.pages
    select 1, n, '2026-10-01', 'www.shop.example', '/' || (array['blog','products','docs','news','help'])[1 + n % 5] || '/' || slug
    from text where n <= $1::int
  ), acquisitions as (
    insert into pico.acquisitions
    select 1, n, '2026-10-01', case when n % 3 > 0 then 'site' || n % 1000 || '.example/' || slug else '' end, 'Channel ' || n % 12,
           'source ' || n % 200, case when n % 7 = 0 then 'medium ' || n % 5 else '' end,
           case when n % 7 = 0 then 'campaign ' || n % 60 else '' end, case when n % 7 = 0 then 'content ' || n % 9 else '' end,
           case when n % 7 = 0 then 'term ' || n % 30 else '' end, case when n % 7 = 0 then 'source ' || n % 20 else '' end, ''
    from text where n <= greatest($1::int / 10, 300)
  ), locations as (
    insert into pico.locations
    select n, 'C' || n % 120, 'Region ' || n / 8, initcap(split_part(slug, '-', 1)) || n, 0, 0 from text where n <= 6000
  ), devices as (
    insert into pico.devices
    select n, 'Browser ' || n % 12, n, 'System ' || n % 8, n % 40, '', 'Device ' || n % 3 from text where n <= 250
  )
  insert into pico.screens select n, 1000 + n % 60 * 8, 900, 1, 24, '', 'l' || n % 60 from text where n <= 300)";

/// The day $1 with $2 events: the k-th most frequent of $3 pages comes 1/k as often as the first, and so all other words.
constexpr auto facts = R"(
  with visits as materialized (
    select n * 1024 as id, $1::date + random() * interval '23 hours' as start, 1 + floor(-ln(1 - random()) * 2.466)::int as pageviews,
           floor(power(greatest($3::int / 10, 300), random()))::int as acquisition, floor(power(250, random()))::int as device,
           floor(power(6000, random()))::int as location, floor(power(300, random()))::int as screen
    from generate_series(1, $2::int / 3) n
  ), hits as materialized (
    select v.*, n, start + (n - 1) * interval '40 seconds' + random() * interval '30 seconds' as at,
           floor(power($3::int, random()))::bigint as page
    from visits v, generate_series(1, v.pageviews) n
  ), visited as (
    insert into pico.visits
    select id, min(at), max(at), (array_agg(page order by n))[1], (array_agg(page order by n desc))[1], acquisition, device, location,
           screen, 1, $1::date, pageviews, pageviews, 0, 0, 1, 0, 0
    from hits
    group by id, pageviews, acquisition, device, location, screen
  ), engaged as (
    insert into pico.engagement
    select id, at, page, 1, $1::date, (-ln(1 - random()) * 20000)::int, (random() * 100)::int from hits
  ), noted as (
    insert into pico.site_days (site_id, day) values (1, $1::date)
  )
  insert into pico.events select id, at, page, 1, $1::date, 1, 0, 0 from hits)";

void empty(storage::Connection& connection) {
  connection.execute("truncate pico.sites, pico.site_zones, pico.site_days, pico.rollups, pico.pages, pico.acquisitions, pico.devices,"
                     " pico.locations, pico.screens, pico.visits, pico.events, pico.engagement");
  connection.execute("insert into pico.sites (site_id, domain) values (1, 'shop.example');"
                     "insert into pico.site_zones (site_id, tz) values (1, 'Europe/Berlin')");
}

void measure_sizes(storage::Connection& connection, int events_a_day, int pages, int days) {
  empty(connection);
  connection.execute(words, pages);
  for (int day = 0; day < days; ++day) connection.execute(facts, month + std::chrono::days(day), events_a_day, pages);
  connection.execute("analyze");
  metrics::Registry registry;
  const FixedClock clock;
  stats::Roller roller({.database = {}}, registry, clock);
  const auto took = seconds_of([&] { roller.run_once(connection); });
  connection.execute("vacuum pico.rollups");
  const auto events = number(connection, "select count(*)::float8 from pico.events");
  const auto payload = [&](const char* period) {
    return number(connection, std::string("select sum(length(payload))::float8 from pico.rollups where period = ") + period) / events;
  };
  std::printf("%.0f events a day of %d pages, %d days: %.1f bytes an event, indexes included (budget 6-17): days %.1f, their month %.1f\n",
              events / days, pages, days, number(connection, "select pg_total_relation_size('pico.rollups')::float8") / events,
              payload("0"), payload("1"));
  std::printf("  closed in %.2f s a day, %.0f events/s\n", took / days, events / took);
}

/// A year by months, of 40,000 pages each.
void measure_reading(storage::Connection& connection) {
  empty(connection);
  connection.execute(words, 40'000);
  const auto pages = connection.execute("select path from pico.pages");
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> zero_to_one;
  storage::Transaction writing(connection);
  for (int i = 0; i < 12; ++i) {
    const Day start = std::chrono::year_month(2026y / 1) / 1 + std::chrono::months(i);
    stats::Table table;
    for (std::size_t page = 0; page < pages.size(); ++page) {
      const auto visits = 1 + static_cast<std::int64_t>(1e6 / static_cast<double>(page + 1) * zero_to_one(random));
      const auto part = [&](double of) { return static_cast<std::int64_t>(static_cast<double>(visits) * of * zero_to_one(random)); };
      table[std::string(pages.text(page, 0))] = {visits, visits, visits + part(1), visits + part(1), part(0.5), part(0.3), part(60'000), part(30'000), visits, part(100), visits};
    }
    connection.execute("insert into pico.site_days values (1, $1, true, true)", start);
    write_rollup(connection, 1, stats::RollupPeriod::month, start, stats::Dimension::page, table);
    write_rollup(connection, 1, stats::RollupPeriod::month, start, stats::days_of_month, {{to_string(start), {}}});
  }
  stats::raise_version(connection, 1);
  writing.commit();
  metrics::Registry registry;
  stats::RollupStore store(64u << 20, registry);
  const storage::Transaction reading(connection, storage::Isolation::repeatable_read);
  const Day first = 2026y / 1 / 1, last = 2026y / 12 / 31;
  const auto ask = [&] {
    return seconds_of([&] {
      const auto covered = store.coverage(connection, 1, first, last);
      if (store.fold(connection, covered, stats::Dimension::page, first, last)->size() != pages.size()) std::abort();
    });
  };
  const auto before = processor_seconds();
  const auto cold = ask();
  const auto own = processor_seconds() - before;
  double warm = 1;
  for (int i = 0; i < 20; ++i) warm = std::min(warm, ask());
  std::printf("12 months of %zu pages each: %.0f ms the first time, %.0f of them ours; then %.2f ms\n", pages.size(), 1000 * cold, 1000 * own,
              1000 * warm);
}

/// What every answer asks first, of a site that is three years old beside a hundred others.
void measure_coverage(storage::Connection& connection) {
  empty(connection);
  connection.execute("insert into pico.site_days select site, '2023-12-02'::date + day, true, true from generate_series(1, 100) site,"
                     " generate_series(0, 1094) day");
  connection.execute("analyze pico.site_days");
  metrics::Registry registry;
  stats::RollupStore store(64u << 20, registry);
  const auto ask = [&] { return 1000 * seconds_of([&] { store.coverage(connection, 50, 2023y / 12 / 2, 2026y / 12 / 1); }); };
  const auto cold = ask();
  double warm = 1e9;
  for (int i = 0; i < 20; ++i) warm = std::min(warm, ask());
  std::printf("which days of three years are closed: %.1f ms the first time, then %.2f ms\n", cold, warm);
}

}  // namespace

int main() {
  initialise_crypto();
  test::TemporaryFolder folder;
  auto postgres = storage::EmbeddedPostgres::start({.data_dir = folder.path()});
  if (!postgres) return std::fprintf(stderr, "%s\n", postgres.error().message.c_str()), 1;
  auto connection = *storage::Connection::open({.conninfo = (*postgres)->conninfo()});
  if (!storage::migrate(connection)) return 1;
  storage::ensure_partitions(connection, std::vector<Day>{month});
  measure_sizes(connection, 137'000, 40'000, 5);
  measure_sizes(connection, 7'000, 2'500, 31);
  measure_reading(connection);
  measure_coverage(connection);
}
