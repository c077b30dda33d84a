#pragma once
#include "pico/api/access.hpp"
#include "pico/api/assets.hpp"
#include "pico/api/micro_inserts.hpp"
#include "pico/api/views.hpp"
#include "pico/config/config.hpp"
#include "pico/counters/counter.hpp"
#include "pico/enrich/enricher.hpp"
#include "pico/http/server.hpp"
#include "pico/ingest/ingest.hpp"
#include "pico/journal/journal.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/pool.hpp"
#include "pico/writer/writer.hpp"

/// From the settings to what each module wants to know. Modules do not see the configuration, so that each can be used and tested alone.
namespace pico::app {

http::ListenerOptions public_listener(const config::Config& config);
http::ListenerOptions admin_listener(const config::Config& config);
/// Of pageViewsListen, which must be set.
http::ListenerOptions page_views_listener(const config::Config& config);
/// Of microAnalyticsListen, which must be set.
http::ListenerOptions micro_analytics_listener(const config::Config& config);
/// For a listener on that address.
api::AccessOptions access_options(const config::Config& config, const config::Address& listen);
api::StaticOptions static_options(const config::Config& config);
enrich::Options enrich_options(const config::Config& config);
ingest::Options ingest_options(const config::Config& config);
journal::Options journal_options(const config::Config& config);
writer::Options writer_options(const config::Config& config, const storage::ConnectOptions& database);
/// Of the writer that stores what comes in many at a time.
writer::Options bulk_writer_options(const config::Config& config, const storage::ConnectOptions& database);
/// How many sessions it needs: one for each thread that inserts.
std::size_t bulk_sessions(const config::Config& config);
/// Reads or makes the installation's keys.
api::MicroInsertOptions micro_insert_options(const config::Config& config, storage::Connection& connection);
/// Who may use µAnalytics' API on a listener with that address.
api::AccessOptions micro_access_options(const config::Config& config, const config::Address& listen);
/// The conninfo is empty when no Postgres is configured: the embedded one's takes its place.
storage::ConnectOptions database_options(const config::Config& config);
counters::Options counter_options(const config::Config& config, const storage::ConnectOptions& database, api::ViewsHub& hub);
api::ViewsOptions views_options(const config::Config& config);
storage::PoolOptions pool_options(const config::Config& config, const storage::ConnectOptions& database);

}  // namespace pico::app
