#pragma once
#include "pico/api/access.hpp"
#include "pico/api/assets.hpp"
#include "pico/api/micro_inserts.hpp"
#include "pico/api/micro_reads.hpp"
#include "pico/api/redirect.hpp"
#include "pico/api/views.hpp"
#include "pico/config/config.hpp"
#include "pico/counters/counter.hpp"
#include "pico/enrich/enricher.hpp"
#include "pico/http/server.hpp"
#include "pico/ingest/ingest.hpp"
#include "pico/journal/journal.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/pool.hpp"
#include "pico/tls/acme.hpp"
#include "pico/writer/writer.hpp"

/// From the settings to what each module wants to know. Modules do not see the configuration, so that each can be used and tested alone.
namespace pico::app {

http::ListenerOptions public_listener(const config::Config& config);
http::ListenerOptions admin_listener(const config::Config& config);
/// Of HTTPS; the contexts must outlive the server.
http::ListenerOptions tls_listener(const config::Config& config, const tls::ServerContexts& contexts);
/// Of tlsRedirectListen, which must be set.
http::ListenerOptions redirect_listener(const config::Config& config);
/// `port`: at which HTTPS is really served.
api::RedirectOptions redirect_options(const config::Config& config, std::uint16_t port);
tls::AcmeOptions acme_options(const config::Config& config);
/// Of pageViewsListen, which must be set.
http::ListenerOptions page_views_listener(const config::Config& config);
/// Of microAnalyticsListen, which must be set.
http::ListenerOptions micro_analytics_listener(const config::Config& config);
/// For a listener on that address; of the public routes that is the one which more can reach.
api::AccessOptions access_options(const config::Config& config, const config::Address& listen);
/// Where the public routes can be reached by most: at the listener for HTTPS, unless that is on the loopback interface or there is none.
const config::Address& public_address(const config::Config& config);
api::StaticOptions static_options(const config::Config& config);
enrich::Options enrich_options(const config::Config& config);
ingest::Options ingest_options(const config::Config& config);
journal::Options journal_options(const config::Config& config);
writer::Options writer_options(const config::Config& config, const storage::ConnectOptions& database);
/// Of the writers that store what µAnalytics' API is given: visits that come alone, and lists.
writer::Options item_writer_options(const config::Config& config, const storage::ConnectOptions& database);
writer::Options list_writer_options(const config::Config& config, const storage::ConnectOptions& database);
/// Reads or makes the installation's keys.
api::MicroInsertOptions micro_insert_options(const config::Config& config, storage::Connection& connection);
/// Who may use µAnalytics' API on a listener with that address.
api::AccessOptions micro_access_options(const config::Config& config, const config::Address& listen);
/// The conninfo is empty when no Postgres is configured: the embedded one's takes its place.
storage::ConnectOptions database_options(const config::Config& config);
counters::Options counter_options(const config::Config& config, const storage::ConnectOptions& database, api::ViewsHub& hub);
api::ViewsOptions views_options(const config::Config& config);
/// Of the threads that answer what µAnalytics' API asks.
storage::PoolOptions micro_pool_options(const config::Config& config, const storage::ConnectOptions& database);
storage::PoolOptions pool_options(const config::Config& config, const storage::ConnectOptions& database);

}  // namespace pico::app
