// Prints how fast a backlog goes from the journal into a private Postgres with its disk syncs on, what a transaction costs, and
// how many bytes an event takes there. Three pageviews a visit, a tenth of the events with a name. build/release/writer_bench
// [events]
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <random>

#include "pico/core/hash.hpp"
#include "pico/event/codec.hpp"
#include "pico/storage/embedded_postgres.hpp"
#include "pico/storage/migrator.hpp"
#include "pico/writer/writer.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace pico;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr Instant begin{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 8h};

struct FixedClock final : Clock {
  [[nodiscard]] Instant now() const override { return begin + 12h; }
};

/// Events as a busy site has them: visits overlap, pages and referrers repeat.
class Events {
 public:
  event::Enriched next() {
    const auto visit = number_ / 3000 * 1000 + number_ % 1000;  // a thousand visits at a time, three events each
    const auto step = number_ % 3000 / 1000;
    event::Enriched out;
    out.at = begin + std::chrono::milliseconds(number_ / 40);
    out.day = std::chrono::floor<std::chrono::days>(out.at);
    out.visitor_id = (visit + 1) * 0x9e3779b97f4a7c15 & ~std::uint64_t{1023};
    out.domain = out.hostname = "shop.example";
    out.site_time_zone = "Europe/Berlin";
    path_ = "/articles/" + std::to_string(random_() % 2000);
    out.path = path_;
    out.load_ms = 350;
    campaign_ = "campaign-" + std::to_string(visit % 50);
    if (visit % 3 == 0) out.acquisition.campaign = campaign_;
    out.acquisition.channel = "Organic Search";
    out.acquisition.source = visit % 2 == 0 ? "Google" : "Bing";
    version_ = std::to_string(100 + visit % 40);
    out.device = {"Chrome", version_, "Windows", "10", "Desktop", "Desktop"};
    city_ = "City " + std::to_string(visit % 500);
    out.location = {"DE", "Bavaria", city_, 48.1F, 11.6F};
    out.screen = {static_cast<std::int32_t>(1000 + visit % 30), 900, 24, 1.5F, "Europe/Berlin", "de-DE"};
    if (step == 2 && visit % 10 < 3) {
      out.kind = event::Kind::custom;
      out.name = "add to cart";
      out.properties = R"({"price":12})";
    }
    ++number_;
    return out;
  }

 private:
  std::uint64_t number_ = 0;
  std::mt19937 random_{1};
  std::string path_, campaign_, version_, city_;
};

void fill(journal::Journal& journal, std::size_t count) {
  Events events;
  std::vector<std::byte> payload;
  while (count > 0) {
    journal::GroupBuilder group;
    for (; count > 0 && group.bytes() < journal::max_group_bytes - 8192; --count) {
      const auto event = events.next();
      payload.clear();
      event::encode(event, payload);
      group.add(event::shard_of(event), payload);
    }
    std::promise<journal::Outcome> fate;
    journal.submit(group.take([&](journal::Outcome outcome) { fate.set_value(outcome); }));
    if (fate.get_future().get() != journal::Outcome::durable) std::abort();
  }
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// All tables with their indexes.
double database_bytes(storage::Connection& connection) {
  return connection
      .execute(
          "select sum(pg_total_relation_size(oid))::float8 from pg_class where relnamespace = 'pico'::regnamespace and relkind "
          "in ('r', 'p')")
      .get<double>(0, 0);
}

void run(const std::string& conninfo, std::size_t count, std::size_t batch, unsigned writers) {
  test::TemporaryFolder folder;
  metrics::Registry registry;
  const FixedClock clock;
  auto journal = *journal::Journal::open({.directory = folder.path(), .max_bytes = 32ull << 30}, registry);
  fill(*journal, count);
  writer::Options options;
  options.database.conninfo = conninfo;
  options.batch_max_events = batch;
  options.writers = writers;
  const auto processor_before = processor_seconds();
  const auto started = steady_clock::now();
  writer::Writer writer(options, *journal, registry, clock);
  if (!writer.wait_until_committed(journal->epoch(), journal->durable(), 10min)) std::abort();
  const std::chrono::duration<double> wall = steady_clock::now() - started;
  const auto own = processor_seconds() - processor_before;
  const auto batches = registry.counter("picolytics_writer_batches_total", "").Value();
  std::printf("%u writer(s), batches of %5.0f records: %6.0f events/s; a batch takes %5.1f ms, of which %4.1f ms are ours\n",
              writers, static_cast<double>(count) / batches, static_cast<double>(count) / wall.count(),
              1000 * wall.count() * writers / batches, 1000 * own / batches);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  const auto count = static_cast<std::size_t>(argc > 1 ? std::atol(argv[1]) : 400'000);
  test::TemporaryFolder folder;
  auto postgres = storage::EmbeddedPostgres::start({.data_dir = folder.path()});
  if (!postgres) return std::fprintf(stderr, "%s\n", postgres.error().message.c_str()), 1;
  const auto conninfo = (*postgres)->conninfo();
  auto connection = *storage::Connection::open({.conninfo = conninfo});
  if (!storage::migrate(connection)) return 1;
  const auto empty_tables = [&] {
    connection.execute("truncate pico.events, pico.visits, pico.event_details, pico.pages, pico.acquisitions");
  };

  for (const auto& [batch, writers] : {std::pair{1600u, 1u}, {6400u, 1u}, {6400u, 2u}}) {
    empty_tables();
    const auto before = database_bytes(connection);
    run(conninfo, count, batch, writers);
    connection.execute("vacuum");
    std::printf("  %.0f bytes an event\n", (database_bytes(connection) - before) / static_cast<double>(count));
  }
}
