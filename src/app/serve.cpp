#include "serve.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <pico_static.hpp>

#include "housekeeping.hpp"
#include "https.hpp"
#include "options.hpp"
#include "pico/admin/routes.hpp"
#include "pico/admin/system_metrics.hpp"
#include "pico/api/assets.hpp"
#include "pico/api/collect.hpp"
#include "pico/api/demo.hpp"
#include "pico/api/key_lookup.hpp"
#include "pico/api/micro_analytics.hpp"
#include "pico/api/page_views.hpp"
#include "pico/api/stats.hpp"
#include "pico/api/views.hpp"
#include "pico/enrich/enricher.hpp"
#include "pico/http/server.hpp"
#include "pico/ingest/ingest.hpp"
#include "pico/journal/journal.hpp"
#include "pico/stats/roller.hpp"
#include "pico/storage/embedded_postgres.hpp"
#include "pico/storage/migrator.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/pool.hpp"
#include "pico/writer/bulk_writer.hpp"
#include "pico/writer/writer.hpp"
#include "privileges.hpp"
#include "run_file.hpp"
#include "signals.hpp"

namespace pico::app {
namespace {

/// Removes the run file however serve() ends.
struct RunFileGuard {
  const std::filesystem::path& data_dir;
  ~RunFileGuard() { remove_run_file(data_dir); }
};

/// Brings the schema up to date and makes the partitions of the coming weeks.
Result<void> prepare_database(storage::Connection& connection, bool skip_migrations) {
  if (!skip_migrations) {
    const auto ran = storage::migrate(connection);
    if (!ran) return ran.error();
  }
  storage::ensure_partitions_ahead(connection, TimeZone().local_day(SystemClock().now()));
  return {};
}

void greet(const config::Config& config, const std::string& listen, const std::string& admin, const std::string& micro_analytics) {
  const auto own = config.autotls.enabled ? "https://" + config.autotls.host : "http://" + listen;
  const auto& url = config.http.public_url.empty() ? own : config.http.public_url;
  std::cout << "\nPicolytics is ready.\n\n  paste into your pages   <script defer src=\"" << url << "/pico.js\"></script>\n"
            << "  see your own clicks     " << url << "/demo\n";
  if (!admin.empty()) std::cout << "  health and metrics      http://" << admin << "/ready  http://" << admin << "/metrics\n";
  if (!micro_analytics.empty()) std::cout << "  µAnalytics' API         http://" << micro_analytics << "/\n";
  std::cout << std::endl;
}

}  // namespace

Result<void> serve(const config::Config& config) {
  set_up_logging(config.logging.format, config.logging.level);
  Signals signals;
  metrics::Registry registry;

  // The ports first: whoever has them is told at once, and root may be needed for them. Nothing is accepted before start().
  http::Router public_routes(registry, "public");
  http::Router admin_routes(registry, "admin");
  http::Server public_server(public_listener(config), public_routes, registry, "public");
  if (auto listening = public_server.listen(); !listening) return listening;
  const SystemClock clock;
  Https https(config, public_routes, clock, registry);
  if (auto listening = https.listen(); !listening) return listening;
  const admin::SystemMetrics system(registry, {PICO_VERSION, PICO_COMMIT, PICO_BRANCH}, config.admin.host_metrics);
  admin::Readiness readiness;
  readiness.replace({{"starting", [] { return "the server is starting"; }}});
  admin::add_routes(admin_routes, registry, readiness);
  if (config.admin.debug) admin::add_debug_routes(admin_routes);
  std::optional<http::Server> admin_server;
  if (config.admin.listen) {
    admin_server.emplace(admin_listener(config), admin_routes, registry, "admin");
    if (auto listening = admin_server->listen(); !listening) return listening;
  }
  http::Router page_views_routes(registry, "page-views");
  std::optional<http::Server> page_views_server;
  if (config.counts.page_views_listen) {
    page_views_server.emplace(page_views_listener(config), page_views_routes, registry, "page-views");
    if (auto listening = page_views_server->listen(); !listening) return listening;
  }

  http::Router micro_analytics_routes(registry, "micro-analytics");
  std::optional<http::Server> micro_analytics_server;
  if (config.micro_analytics.listen) {
    micro_analytics_server.emplace(micro_analytics_listener(config), micro_analytics_routes, registry, "micro-analytics");
    if (auto listening = micro_analytics_server->listen(); !listening) return listening;
  }

  // What enrichment knows; loaded while root's rights may still be needed to read the geo database.
  auto knowledge = enrich::Knowledge::load(enrich_options(config), registry);
  if (!knowledge) return knowledge.error();
  api::Assets assets(static_files::files());
  if (!config.http.static_dir.empty())
    if (auto overlaid = assets.overlay(config.http.static_dir); !overlaid) return overlaid;

  // From here on nothing runs as root, and the data directory is ours alone (the journal locks it).
  if (auto entered = enter_data_directory(config.data_dir); !entered) return entered;
  forbid_core_dumps();
  if (admin_server) admin_server->start();
  auto journal = journal::Journal::open(journal_options(config), registry);
  if (!journal) return journal.error();

  // Postgres: one of the user's own, or the private one that lives and dies with this process.
  std::unique_ptr<storage::EmbeddedPostgres> embedded;
  auto database = database_options(config);
  if (database.conninfo.empty()) {
    auto started = storage::EmbeddedPostgres::start({.data_dir = config.data_dir, .bin_dir = config.postgres.bin_dir});
    if (!started) return started.error();
    embedded = std::move(*started);
    database.conninfo = embedded->conninfo();
  }
  // A stop cuts this session off: a start that waits for Postgres, or migrates, is ended at once and undone.
  auto connection = storage::Connection::open_with_retries(database, config.postgres.conn_attempts, signals.stop_token());
  if (!connection && signals.stop_token().stop_requested()) return {};
  if (!connection) return connection.error();

  // The schema; salts and sites in RAM, kept fresh by the housekeeper.
  enrich::Salts salts;
  enrich::Sites sites(config.sites.default_time_zone);
  Housekeeping housekeeping(config, database, salts, sites, registry);
  api::MicroInsertOptions micro_options;
  try {
    if (auto prepared = prepare_database(*connection, config.postgres.skip_migrations); !prepared) return prepared;
    housekeeping.first_round(*connection);
    micro_options = micro_insert_options(config, *connection);
  } catch (const storage::DatabaseError&) {
    if (signals.stop_token().stop_requested()) return {};
    throw;
  }

  // The way of an event, from its end to its beginning.
  storage::Metrics storage_metrics(registry);
  stats::Service figures(stats::Options{}, registry, clock);  // outlives the threads that ask it
  storage::ApiKeyCache api_keys(clock);
  api_keys.report_to(registry);
  storage::Pool pool(pool_options(config, database), storage_metrics);
  writer::Writer writer(writer_options(config, database), **journal, registry, clock);
  ingest::Ingest ingest(ingest_options(config), *knowledge, salts, sites, **journal, registry);
  api::ViewsHub views_hub(config.counts.ws_max_sockets);
  views_hub.report_to(registry);
  counters::Counter counter(counter_options(config, database, views_hub), registry);
  stats::Roller roller({.database = database}, registry, clock);
  writer::BulkWriter item_writer(item_writer_options(config, database), 1, registry, clock);
  writer::BulkWriter list_writer(list_writer_options(config, database), static_cast<std::size_t>(config.micro_analytics.threads), registry, clock);
  api::MicroInserts micro_inserts(std::move(micro_options), {item_writer, list_writer}, *knowledge, salts, sites, registry, clock);
  storage::Pool micro_pool(micro_pool_options(config, database), storage_metrics);
  api::MicroReads micro_reads(micro_pool, registry);
  http::RateLimiter limiter(config.http.request_rate_limit);
  limiter.report_to(registry);

  api::add_static_routes(public_routes, assets, static_options(config));
  api::add_collect_routes(public_routes, ingest, limiter, registry, config.http.body_max_size);
  api::add_demo_routes(public_routes, assets, pool, salts, sites);
  const auto keys = api::keys_of(pool, api_keys);
  const api::Access public_access(access_options(config, public_address(config)), keys);
  const api::Access page_views_access(access_options(config, config.counts.page_views_listen.value_or(config.http.listen)), keys);
  api::add_page_views_routes(public_routes, {counter, pool, public_access, clock});
  api::add_page_views_routes(page_views_routes, {counter, pool, page_views_access, clock});
  api::add_page_views_not_found(page_views_routes);
  const api::Access public_micro_access(micro_access_options(config, public_address(config)), keys);
  const api::Access micro_access(micro_access_options(config, config.micro_analytics.listen.value_or(config.http.listen)), keys);
  api::add_micro_analytics_routes(public_routes, "/micro-analytics", {micro_inserts, micro_reads, public_micro_access, config.micro_analytics.max_body});
  api::add_micro_analytics_routes(micro_analytics_routes, "", {micro_inserts, micro_reads, micro_access, config.micro_analytics.max_body});
  api::add_stats_routes(public_routes, {pool, figures, api_keys, registry}, {.requests_per_hour = config.http.api_requests_per_hour});
  api::add_views_routes(public_routes, {counter, pool, public_access, views_hub, limiter}, views_options(config));

  https.add_routes(public_routes, pool, limiter);

  const auto admin_address = admin_server ? admin_server->address() : "";
  const auto page_views_address = page_views_server ? page_views_server->address() : "";
  const auto micro_analytics_address = micro_analytics_server ? micro_analytics_server->address() : "";
  const RunFile addresses{public_server.address(), admin_address, page_views_address, micro_analytics_address, https.address(), https.redirect_address(), embedded ? embedded->conninfo() : ""};
  if (auto written = write_run_file(config.data_dir, addresses); !written) return written;
  const RunFileGuard run_file{config.data_dir};

  // From here to the stop below nothing returns, so nothing that runs outlives what it uses.
  housekeeping.start();
  roller.start();
  ingest.start();
  public_server.start();
  https.start(database);
  if (page_views_server) page_views_server->start();
  if (micro_analytics_server) micro_analytics_server->start();

  readiness.replace({{"database", [&] { return pool.healthy() ? "" : "Postgres cannot be reached"; }},
                     {"journal", [&] { return (*journal)->problem(); }},
                     {"writer", [&] { return writer.problem(); }},
                     {"salts", [&] { return housekeeping.problem(); }}});
  readiness.warn_of({{"tls", [&] { return https.problem(); }}});
  greet(config, public_server.address(), admin_address, micro_analytics_address);

  signals.on_hangup([&] {
    (*knowledge)->reload_geo();
    https.reload();
  });
  signals.wait_for_stop();
  signals.on_hangup({});

  // Each step lets what is behind it run on, so that nothing that was accepted is left in RAM. What the writer cannot commit in the time
  // that is left is in the journal and comes with the next start.
  const auto deadline = std::chrono::steady_clock::now() + config.shutdown_timeout;
  const auto left = [&] { return std::max(std::chrono::milliseconds(0), std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now())); };
  readiness.replace({{"stopping", [] { return "the server is stopping"; }}});
  readiness.warn_of({});
  https.request_stop();
  auto listeners = https.listeners();
  listeners.push_back(&public_server);
  if (page_views_server) listeners.push_back(&*page_views_server);
  if (micro_analytics_server) listeners.push_back(&*micro_analytics_server);
  for (auto* listener : listeners) listener->stop_accepting();
  const auto answered_until = std::chrono::steady_clock::now() + left() / 3;
  for (auto* listener : listeners) listener->end_sessions(answered_until);
  // Who has no answer yet gets none. An io thread ends when its last handler has answered, so what they wait for in Postgres is cut off first:
  // behind a lock it could take any time.
  pool.stop();
  micro_pool.stop();
  counter.stop();
  micro_inserts.stop();
  for (auto* listener : listeners) listener->stop(std::chrono::milliseconds(0));
  ingest.stop();
  (*journal)->stop();
  housekeeping.stop();
  roller.stop();
  writer.stop(left() / 2);
  https.end_care();
  if (admin_server) admin_server->stop(std::chrono::milliseconds(200));
  if (embedded) embedded->stop();
  spdlog::info("stopped");
  return {};
}

}  // namespace pico::app
