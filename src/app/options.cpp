#include "options.hpp"

#include <unistd.h>

#include <filesystem>

#include "descriptors.hpp"
#include "folder_identity.hpp"
#include "pico/core/text.hpp"
#include "pico/storage/install.hpp"

namespace pico::app {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds read_timeout{10}, count_timeout{10};
constexpr std::size_t few_connections = 256;
/// Lists that are read while one is stored: a client may be slow.
constexpr unsigned readers_a_writer = 4;
constexpr std::chrono::seconds micro_read_timeout{60};  ///< its totals are of all that there is, unless they are asked otherwise
constexpr int micro_report_threads = 2;                 ///< besides those that send lists

std::string to_text(const config::Address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

http::IpExtractor extractor(config::IpExtractor extractor) {
  switch (extractor) {
    case config::IpExtractor::direct: return http::IpExtractor::direct;
    case config::IpExtractor::xff: return http::IpExtractor::xff;
    case config::IpExtractor::realip: break;
  }
  return http::IpExtractor::realip;
}

bool is_loopback(const config::Address& listen) {
  static const std::vector<Cidr> loopback{*Cidr::parse("127.0.0.0/8"), *Cidr::parse("::1/128")};
  const auto address = IpAddress::parse(listen.host);
  return address && contains(loopback, *address);
}

/// The database as configured, or the country database that is shipped beside the binary when the default one is not there.
fs::path geo_ip_file(const config::Config& config) {
  const auto& file = config.enrichment.geo_ip_file;
  std::error_code error;
  if (file != config::default_geo_ip_file || fs::exists(file, error)) return file;
  const auto beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "share" / "geoip.mmdb";
  return fs::exists(beside, error) ? beside : file;
}

/// Connections that a listener may have.
struct ConnectionShares {
  std::size_t each;
  std::size_t redirect;
};

/// Every listener may have maxConnections. Where there are not descriptors for all of that, they share what there is, so that together they
/// never take those of the journal and of Postgres.
ConnectionShares connection_shares(const config::Config& config) {
  const std::size_t listeners = 1U + (config.serves_tls() ? 1 : 0) + (config.counts.page_views_listen ? 1 : 0) + (config.micro_analytics.listen ? 1 : 0);
  const std::size_t redirects = config.serves_tls() && config.tls.redirect_listen ? 1 : 0;
  const auto wanted = listeners * config.http.max_connections + redirects * few_connections;
  const auto fit = connections_that_fit(wanted);
  if (fit >= wanted) return {config.http.max_connections, few_connections};
  const auto share = std::max<std::size_t>(1, fit / (listeners + redirects));
  return {std::min(config.http.max_connections, share), std::min(few_connections, share)};
}

}  // namespace

http::ListenerOptions public_listener(const config::Config& config) {
  const auto& http = config.http;
  http::ListenerOptions options;
  options.address = to_text(http.listen);
  options.threads = static_cast<unsigned>(http.io_threads);
  options.limits.max_connections = connection_shares(config).each;
  if (http.connections_per_client > 0) options.limits.max_connections_per_client = http.connections_per_client;
  else options.limits.max_connections_per_client = options.limits.max_connections;
  options.limits.max_head_bytes = http.header_max_size;
  options.limits.head_timeout = http.header_timeout;
  options.limits.body_timeout = http.body_timeout;
  options.limits.idle_timeout = http.idle_timeout;
  options.client_address = {extractor(http.ip_extractor), http.trusted_proxies};
  return options;
}

http::ListenerOptions admin_listener(const config::Config& config) {
  http::ListenerOptions options;
  options.address = to_text(*config.admin.listen);
  options.limits.max_connections = few_connections;
  return options;
}

http::ListenerOptions tls_listener(const config::Config& config, const tls::ServerContexts& contexts) {
  auto options = public_listener(config);
  options.address = to_text(config.tls.listen);
  options.tls = &contexts;
  return options;
}

http::ListenerOptions redirect_listener(const config::Config& config) {
  auto options = public_listener(config);
  options.address = to_text(*config.tls.redirect_listen);
  options.threads = 1;
  options.limits.max_connections = connection_shares(config).redirect;
  return options;
}

api::RedirectOptions redirect_options(const config::Config& config, std::uint16_t port) {
  const auto& url = config.http.public_url;
  constexpr std::string_view https = "https://";
  if (url.starts_with(https)) return {.authority = url.substr(https.size(), url.find('/', https.size()) - https.size())};
  if (!config.autotls.enabled) return {.port = port};
  return {.authority = config.autotls.host + (port == 443 ? "" : ":" + std::to_string(port))};
}

tls::AcmeOptions acme_options(const config::Config& config) {
  const auto& autotls = config.autotls;
  const std::string ours = autotls.staging ? tls::lets_encrypt_staging : tls::lets_encrypt;
  return {.directory = autotls.directory.empty() ? ours : autotls.directory,
          .host = to_lower_ascii(autotls.host),
          .authority_file = autotls.ca_file,
          .user_agent = "Picolytics/" PICO_VERSION};
}

http::ListenerOptions page_views_listener(const config::Config& config) {
  auto options = public_listener(config);
  options.address = to_text(*config.counts.page_views_listen);
  options.threads = 1;
  return options;
}

http::ListenerOptions micro_analytics_listener(const config::Config& config) {
  auto options = public_listener(config);
  options.address = to_text(*config.micro_analytics.listen);
  options.threads = 1;
  return options;
}

api::AccessOptions access_options(const config::Config& config, const config::Address& listen) {
  const auto& counts = config.counts;
  return {.open = counts.open, .loopback = is_loopback(listen), .user = counts.user, .password = counts.password};
}

api::AccessOptions micro_access_options(const config::Config& config, const config::Address& listen) {
  const auto& micro = config.micro_analytics;
  return {.open = micro.open, .loopback = micro.user.empty() && is_loopback(listen), .user = micro.user, .password = micro.password};
}

const config::Address& public_address(const config::Config& config) {
  return config.serves_tls() && is_loopback(config.http.listen) ? config.tls.listen : config.http.listen;
}

api::StaticOptions static_options(const config::Config& config) {
  return {static_cast<unsigned>(config.http.static_cache_max_age.count()), config.http.root_redirect};
}

enrich::Options enrich_options(const config::Config& config) {
  return {.geo_ip_file = geo_ip_file(config).string(), .user_agent_cache = config.enrichment.user_agent_cache};
}

ingest::Options ingest_options(const config::Config& config) {
  ingest::Options options;
  options.valid_event_names = config.ingest.valid_event_names;
  options.custom_events = config.ingest.custom_events;
  options.respect_do_not_track = config.ingest.respect_do_not_track;
  options.wait_for_disk = config.ingest.ack_mode == config::AckMode::durable;
  options.register_sites = config.sites.registration == config::SiteRegistration::automatic;
  options.max_auto_sites = config.sites.max_auto_sites;
  options.max_auto_sites_per_hour = config.sites.max_auto_sites_per_hour;
  options.queue_items = config.ingest.queue_size;
  options.queue_bytes = config.ingest.queue_max_bytes;
  options.threads = static_cast<unsigned>(config.ingest.pipeline_threads);
  return options;
}

journal::Options journal_options(const config::Config& config) {
  journal::Options options;
  options.directory = config.data_dir / "journal";
  options.max_bytes = config.journal.max_bytes;
  options.segment_bytes = config.journal.segment_bytes;
  options.min_free_bytes = config.journal.min_free_bytes;
  options.keep = config.journal.keep;
  return options;
}

writer::Options writer_options(const config::Config& config, const storage::ConnectOptions& database) {
  writer::Options options;
  options.database = database;
  options.owner = folder_identity(config.data_dir / "journal" / "lock");
  options.writers = static_cast<unsigned>(config.writer.writers);
  options.batch_max_events = config.writer.batch_max_size;
  options.batch_max_delay = config.writer.batch_max_wait;
  options.session_timeout = config.writer.session_timeout;
  options.make_sites = config.sites.registration == config::SiteRegistration::automatic;
  return options;
}

writer::Options item_writer_options(const config::Config& config, const storage::ConnectOptions& database) {
  auto options = writer_options(config, database);
  options.cached_visitors = 20'000;
  options.cached_words = 40'000;
  return options;
}

writer::Options list_writer_options(const config::Config& config, const storage::ConnectOptions& database) {
  auto options = writer_options(config, database);
  options.cached_visitors = 30'000;
  options.cached_words = 60'000;
  return options;
}

api::MicroInsertOptions micro_insert_options(const config::Config& config, storage::Connection& connection) {
  const auto& micro = config.micro_analytics;
  api::MicroInsertOptions options;
  options.pageviews = micro.pageviews;
  options.unique_by_day = micro.unique_by_day;
  options.make_sites = config.sites.registration == config::SiteRegistration::automatic;
  options.threads = readers_a_writer * static_cast<unsigned>(micro.threads);
  options.spool_directory = config.data_dir;
  std::error_code unknown;
  const auto disk = fs::space(config.data_dir, unknown);
  options.min_free_bytes = unknown ? config.journal.min_free_bytes : std::min<std::uint64_t>(config.journal.min_free_bytes, disk.capacity / 20);
  options.caller_key = storage::install_key(connection, "micro_key");
  options.past_key = storage::install_key(connection, "past_key");
  return options;
}

storage::ConnectOptions database_options(const config::Config& config) {
  return {.conninfo = config.postgres_url().value_or("")};
}

counters::Options counter_options(const config::Config& config, const storage::ConnectOptions& database, api::ViewsHub& hub) {
  counters::Options options;
  options.database = database;
  options.database.statement_timeout = count_timeout;
  options.site_zone = config.sites.default_time_zone;
  options.watch = {[&hub] { return hub.watched(); }, [&hub](std::span<const counters::ViewChange> changes) { hub.changed(changes); }};
  return options;
}

api::ViewsOptions views_options(const config::Config& config) {
  const auto& counts = config.counts;
  return {.allowed_origins = counts.ws_allowed_origins,
          .socket = {.max_message_bytes = counts.ws_max_message, .idle_timeout = counts.ws_idle_timeout},
          .respect_do_not_track = config.ingest.respect_do_not_track};
}

storage::PoolOptions pool_options(const config::Config& config, const storage::ConnectOptions& database) {
  storage::PoolOptions options;
  options.connect = database;
  options.connect.statement_timeout = read_timeout;
  options.threads = config.postgres.query_threads;
  return options;
}

storage::PoolOptions micro_pool_options(const config::Config& config, const storage::ConnectOptions& database) {
  auto options = pool_options(config, database);
  options.connect.statement_timeout = micro_read_timeout;
  options.threads = api::MicroReads::max_lists + micro_report_threads;
  options.max_waiting = 64;
  return options;
}

}  // namespace pico::app
