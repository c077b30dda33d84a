// Builds a data set once and measures answers about it, in a private Postgres with the settings of the server. Run by
// `scripts/bench stats`, which shows the lines in columns. Lines: what, value, budget, separated by tabs.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/stats/loader.hpp"
#include "bench/stats/measure.hpp"
#include "pico/core/hash.hpp"
#include "pico/stats/roller.hpp"
#include "pico/storage/embedded_postgres.hpp"
#include "pico/storage/install.hpp"
#include "pico/storage/migrator.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace pico;
using namespace pico::bench;
using D = stats::Dimension;
using M = stats::Metric;
using stats::Operator;
using stats::Period;
using std::chrono::steady_clock;

constexpr auto site = "site-0.example";  // the one that has half of all

struct Arguments {
  ModelOptions model;
  std::filesystem::path data = "build/bench-stats";
  int runs = 50;
  bool verify = false;
};

struct PresentClock final : Clock {
  [[nodiscard]] Instant now() const override { return present; }
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

Arguments read(int argc, char** argv) {
  Arguments arguments;
  bool today_given = false;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&] { return ++i < argc ? std::string(argv[i]) : (fail(name + " needs a value"), std::string()); };
    if (name == "--events") {
      arguments.model.events = std::stoull(value());
    } else if (name == "--today") {
      arguments.model.today = std::stoull(value()), today_given = true;
    } else if (name == "--data") {
      arguments.data = value();
    } else if (name == "--runs") {
      arguments.runs = std::stoi(value());
    } else if (name == "--engagement") {
      arguments.model.engagement = true;
    } else if (name == "--verify") {
      arguments.verify = true;
    } else {
      fail("unknown option " + name);
    }
  }
  if (!today_given) arguments.model.today = arguments.model.events / 100;
  return arguments;
}

std::string thousands(double number) {
  const auto digits = fmt::format("{:.0f}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::unique_ptr<storage::EmbeddedPostgres> start_postgres(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  auto postgres = storage::EmbeddedPostgres::start({.data_dir = folder});
  if (!postgres) fail(postgres.error().message);
  return std::move(*postgres);
}

storage::Connection connect(const storage::EmbeddedPostgres& postgres) {
  auto connection = storage::Connection::open({.conninfo = postgres.conninfo()});
  if (!connection) fail(connection.error().message);
  if (const auto migrated = storage::migrate(*connection); !migrated) fail(migrated.error().message);
  return std::move(*connection);
}

double count(storage::Connection& connection, const std::string& sql) {
  return connection.execute("select (" + sql + ")::float8").get<double>(0, 0);
}

double bytes_of(storage::Connection& connection, const std::string& function, const std::string& names) {
  return count(connection, "select coalesce(sum(" + function + "(oid)), 0) from pg_class where relnamespace = 'pico'::regnamespace and relkind = 'r' and relname ~ '" + names + "'");
}

constexpr auto facts = "^(events|visits|event_details|engagement)_[0-9]{4}";
constexpr auto words = "^(pages|acquisitions|devices|locations|screens|event_names)$";

void print_sizes(storage::Connection& connection) {
  const auto events = count(connection, "select count(*) from pico.events");
  const auto a_event = [&](double bytes) { return fmt::format("{:.1f}", bytes / events); };
  const auto tables = bytes_of(connection, "pg_table_size", facts), indexes = bytes_of(connection, "pg_indexes_size", facts);
  const auto other = bytes_of(connection, "pg_total_relation_size", words);
  const auto rollups = bytes_of(connection, "pg_total_relation_size", "^(rollups|site_days|rollup_versions|rollup_marks)$");
  print("events in Postgres", thousands(events));
  print("visits in Postgres", thousands(count(connection, "select count(*) from pico.visits")));
  print("bytes an event: tables of facts", a_event(tables));
  print("bytes an event: their indexes", a_event(indexes));
  print("bytes an event: words", a_event(other));
  print("bytes an event: rollups", a_event(rollups));
  print("bytes an event: all", a_event(tables + indexes + other + rollups), "≤ 150");
}

/// Rows, and the sum of their hashes.
std::string content(storage::Connection& connection, const std::string& table, const std::string& columns) {
  return connection
      .execute("select format('%s rows, %s', count(*), coalesce(sum(hashtextextended(row(" + columns + ")::text, 0)::numeric), 0)) from pico." + table)
      .get<std::string>(0, 0);
}

/// Compares what load() leaves with what the real writer leaves of the same traffic.
bool verify(const Model& model) {
  test::TemporaryFolder loaded_folder, written_folder;
  const auto loaded_postgres = start_postgres(loaded_folder.path()), written_postgres = start_postgres(written_folder.path());
  auto loaded = connect(*loaded_postgres), written = connect(*written_postgres);
  const auto key = storage::install_key(loaded, "word_key");  // the same ids of words
  written.execute("insert into pico.install (key, value) values ('word_key', $1)", std::span<const std::uint8_t>(key.bytes));
  create_sites(loaded, model), create_sites(written, model);
  const auto load_seconds = load(loaded, model);
  const auto write_seconds = write(written_postgres->conninfo(), model);
  settle(loaded), settle(written);
  bool same = true;
  for (const auto& [table, columns] : {std::pair{"events", "visit_id, at, page_id, site_id, day, kind, load_ms, ttfb_ms"},
                                       {"event_details", "visit_id, at, page_id, name_id, site_id, day, interactive, properties"},
                                       {"engagement", "visit_id, at, page_id, site_id, day, engaged_ms, scroll"},
                                       {"visits", "visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id, location_id, "
                                                  "screen_id, site_id, day, pageviews, events, entry_ms, exit_ms, bot, flags"},
                                       {"site_days", "site_id, day"}}) {
    const auto a = content(loaded, table, columns), b = content(written, table, columns);
    print(std::string("verify: ") + table, a == b ? "the same" : "differ: " + a + " loaded, " + b + " written", "the same");
    same &= a == b;
  }
  const auto events = count(loaded, "select count(*) from pico.events");
  const auto size = [&](storage::Connection& c, const char* names) { return fmt::format("{:.1f}", bytes_of(c, "pg_total_relation_size", names) / events); };
  print("verify: bytes an event, loaded / written", size(loaded, facts) + " / " + size(written, facts));
  print("verify: events/s, loaded / written", thousands(events / load_seconds) + " / " + thousands(events / write_seconds));
  return same;
}

std::string description(const ModelOptions& options) {
  return fmt::format("model 1, {} events, {} today, engagement {}\n", options.events, options.today, options.engagement);
}

/// Builds the data set unless the folder has it.
void prepare(const Arguments& arguments, const Model& model, storage::Connection& connection) {
  const auto note = arguments.data / "dataset";
  std::string found;
  if (std::ifstream file(note); file) found.assign(std::istreambuf_iterator<char>(file), {});
  if (found == description(arguments.model)) return;
  if (!found.empty() || count(connection, "select count(*) from pico.sites") > 0) {
    fail(arguments.data.string() + " holds another data set, or a part of one: remove it, or name another folder with --data");
  }
  create_sites(connection, model);
  const auto seconds = load(connection, model);
  settle(connection);
  std::ofstream(note) << description(arguments.model);
  print("loading, events/s", thousands(count(connection, "select count(*) from pico.events") / seconds), "≥ 300,000");
}

stats::Filter where(D dimension, Operator op, std::vector<std::string> values) {
  return stats::Filter::of({{dimension}, op, std::move(values)});
}

std::vector<stats::Query> queries_of(const std::vector<Panel>& panels) {
  std::vector<stats::Query> queries;
  for (const auto& panel : panels) queries.push_back(panel.query);
  return queries;
}

struct Span {
  std::string name;
  stats::RangeSpec range;
  D time;
  std::string first_budget, warm_budget;
};

class Measurement {
 public:
  Measurement(storage::Connection& connection, int runs) : connection_(connection), asker_(connection, clock_), runs_(runs) {}

  void roll(const std::string& conninfo) {
    metrics::Registry registry;
    stats::Roller roller({.database = {.conninfo = conninfo}}, registry, clock_);
    const auto start = steady_clock::now();
    const auto written = roller.run_once(connection_);
    const auto seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
    if (written == 0) return;
    print("closing days and months, seconds", fmt::format("{:.1f} ({} written)", seconds, written));
    connection_.execute("vacuum analyze pico.rollups");
  }

  void dashboards() {
    const std::vector<Span> spans{
        {"today", stats::RelativeRange{Period::day}, D::hour, "first ≤ 2,500", "p95 ≤ 50"},
        {"7 days", stats::RelativeRange{Period::days, 7}, D::day, "", ""},
        {"30 days", stats::RelativeRange{Period::days, 30}, D::day, "", ""},
        {"12 months", stats::RelativeRange{Period::months, 12}, D::month, "first ≤ 1,000", "p95 ≤ 50"},
        {"all time", stats::RelativeRange{Period::all}, D::month, "", ""},
    };
    for (const auto& span : spans) {
      const auto queries = queries_of(dashboard(site, span.range, span.time));
      // First asked: a server that was just started; Postgres' caches are as warm as they get.
      const auto first = times_of(5, [&] { asker_.restart(), asker_.ask(queries); });
      print("dashboard, " + span.name + ": first ask, p50 / p95 ms", text_of(first), span.first_budget);
      print("dashboard, " + span.name + ": warm, p50 / p95 ms", text_of(times_of(runs_, [&] { asker_.ask(queries); })), span.warm_budget);
    }
  }

  void single_panels() {
    for (const auto& [name, range, time] : {std::tuple{"30 days", stats::RangeSpec{stats::RelativeRange{Period::days, 30}}, D::day},
                                            {"12 months", stats::RangeSpec{stats::RelativeRange{Period::months, 12}}, D::month}}) {
      for (const auto& panel : dashboard(site, range, time)) {
        print(fmt::format("{}, {}: p50 / p95 ms", panel.name, name), text_of(times_of(runs_, [&] { asker_.ask(panel.query); })));
      }
    }
  }

  void filtered() {
    struct Filtered {
      std::string name;
      std::vector<stats::Filter> filters;
      bool few;
    };
    const std::vector<Filtered> filters{
        {"one filter, few visits", {where(D::country, Operator::is, {"AF"})}, true},
        {"one filter, nearly all", {where(D::country, Operator::is_not, {"CH"})}, false},
        {"one filter by page", {where(D::page, Operator::is, {Model::path(20)})}, true},
        {"two filters, few visits", {where(D::country, Operator::is, {"AA"}), where(D::source, Operator::is, {"source-3.example"})}, true},
        {"two filters, nearly all", {where(D::country, Operator::is_not, {"CH"}), where(D::browser, Operator::is_not, {"Browser 11"})}, false},
    };
    for (const auto& [span, range, time] : {std::tuple{"30 days", stats::RangeSpec{stats::RelativeRange{Period::days, 30}}, D::day},
                                            {"12 months", stats::RangeSpec{stats::RelativeRange{Period::months, 12}}, D::month}}) {
      for (const auto& filter : filters) {
        const auto panels = dashboard(site, range, time, filter.filters);
        const bool budgeted = std::string_view(span) == "30 days" && filter.filters.size() == 2;
        const auto budget = !budgeted ? "" : filter.few ? "p95 ≤ 1,000" : "p95 ≤ 3,500";
        print(fmt::format("{}, {}: share of visits kept, %", filter.name, span), fmt::format("{:.1f}", 100 * share_of(range, filter.filters)));
        for (const auto& panel : panels) {
          if (panel.name != "totals" && panel.name != "over time" && panel.name != "top pages" && panel.name != "sources") continue;
          print(fmt::format("{}, {}, {}: p50 / p95 ms", filter.name, span, panel.name), text_of(times_of(10, [&] { asker_.ask(panel.query); })),
                budget);
        }
        print(fmt::format("{}, {}, whole dashboard: p50 / p95 ms", filter.name, span),
              text_of(times_of(5, [&] { asker_.ask(queries_of(panels)); })));
      }
    }
  }

  void realtime() {
    print("visitors of the last five minutes: p50 / p95 ms", text_of(times_of(runs_, [&] { asker_.live_visitors(site); })));
  }

 private:
  double share_of(const stats::RangeSpec& range, const std::vector<stats::Filter>& filters) {
    const auto visits = [&](const std::vector<stats::Filter>& of) {
      stats::Query query{.site = site, .range = range, .metrics = {M::visits}};
      query.filters = of;
      return static_cast<double>(std::get<std::int64_t>(asker_.ask(query).rows.at(0).metrics.at(0)));
    };
    return visits(filters) / visits({});
  }

  PresentClock clock_;
  storage::Connection& connection_;
  Asker asker_;
  int runs_;
};

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  const auto arguments = read(argc, argv);
  const Model model(arguments.model);
  if (arguments.verify) return verify(model) ? 0 : 1;

  std::filesystem::create_directories(arguments.data);
  const auto postgres = start_postgres(std::filesystem::absolute(arguments.data));
  auto connection = connect(*postgres);
  prepare(arguments, model, connection);
  Measurement measurement(connection, arguments.runs);
  measurement.roll(postgres->conninfo());
  print_sizes(connection);
  measurement.dashboards();
  measurement.single_panels();
  measurement.filtered();
  measurement.realtime();
}
