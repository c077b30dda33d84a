#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/ip_address.hpp"
#include "pico/core/logging.hpp"
#include "pico/core/result.hpp"
#include "pico/core/time_zone.hpp"

/// Every setting of the program. Plain values, made once at start by load() and then passed to the modules in parts; nothing here
/// changes afterwards. What each setting means, its default and its bounds stand in one place: the table in
/// src/config/schema.cpp, from which docs/configuration.md and config.yaml are made.
namespace pico::config {

/// Where a listener listens. host: an IP address, or empty for all addresses. port 0: one that is free.
struct Address {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

enum class AckMode { durable, queued };
enum class IpExtractor { direct, xff, realip };
enum class SiteRegistration { automatic, listed };

struct Logging {
  LogFormat format{};
  std::string level;
};

/// An external Postgres, or none of it for the embedded one; see Config::postgres_url().
struct Postgres {
  std::string conn_string;
  std::string host;
  std::uint16_t port = 0;
  std::string database, user, password;
  std::string ssl_mode;
  int conn_attempts = 0;
  bool skip_migrations = false;
  std::filesystem::path bin_dir;  ///< of the embedded Postgres; empty: look for it
  int query_threads = 0;
};

struct Http {
  Address listen;
  std::string public_url;  ///< no trailing slash; empty: not known
  std::string root_redirect;
  std::filesystem::path static_dir;
  std::chrono::seconds static_cache_max_age{};
  IpExtractor ip_extractor{};
  std::vector<Cidr> trusted_proxies;
  double request_rate_limit = 0;  ///< per second and client; 0: none
  std::size_t body_max_size = 0, header_max_size = 0;
  std::size_t max_connections = 0;
  std::size_t connections_per_client = 0;  ///< 0: no cap
  std::chrono::seconds header_timeout{}, body_timeout{}, idle_timeout{};
  int io_threads = 0;
  unsigned api_requests_per_hour = 0;  ///< of one key; 0: no limit
};

/// HTTPS: with a certificate out of files, or one that is got by ACME.
struct Tls {
  Address listen;                          ///< has an effect with a certificate only
  std::optional<Address> redirect_listen;  ///< of plain HTTP that leads there; likewise; nullopt: off
  std::filesystem::path cert_file, key_file;
};

struct AutoTls {
  bool enabled = false;
  std::string host;
  bool staging = true;
  std::string directory;            ///< URL; empty: Let's Encrypt's, by `staging`
  std::filesystem::path ca_file;    ///< what the directory's own certificate is checked against; empty: the system's
};

struct Ingest {
  AckMode ack_mode{};
  std::vector<std::string> valid_event_names;
  bool custom_events = false;
  bool respect_do_not_track = false;
  std::size_t queue_size = 0, queue_max_bytes = 0;
  int pipeline_threads = 0;
};

struct Sites {
  SiteRegistration registration{};
  std::size_t max_auto_sites = 0, max_auto_sites_per_hour = 0;
  TimeZone default_time_zone;
};

/// When this default file is missing, the country database that is shipped beside the binary is used instead.
inline constexpr std::string_view default_geo_ip_file = "geoip.mmdb";

struct Enrichment {
  std::filesystem::path geo_ip_file;  ///< empty: no places
  std::size_t user_agent_cache = 0;
};

struct Journal {
  std::uint64_t max_bytes = 0, segment_bytes = 0, min_free_bytes = 0;
  std::chrono::minutes keep{};
};

struct Writer {
  int writers = 0;
  std::size_t batch_max_size = 0;
  std::chrono::milliseconds batch_max_wait{};
  std::chrono::minutes session_timeout{};
};

/// Zero days: for ever.
struct Retention {
  std::chrono::days prune{}, bot_prune{};  ///< whole days before the site's today (UTC for what has no site); 0: for ever
  std::chrono::hours check_every{};
};

struct Admin {
  std::optional<Address> listen;  ///< nullopt: off
  bool host_metrics = false;
  bool debug = false;
};

/// What is counted as numbers, without visitors.
struct Counts {
  std::optional<Address> page_views_listen;  ///< nullopt: on the public listener only
  std::string user, password;                ///< Basic credentials; none when the password is empty
  bool open = false;                         ///< whoever asks may
  std::vector<std::string> ws_allowed_origins;
  std::size_t ws_max_sockets = 0, ws_max_message = 0;
  std::chrono::seconds ws_idle_timeout{};
};

/// µAnalytics' API.
struct MicroAnalytics {
  std::optional<Address> listen;  ///< nullopt: under `/micro-analytics` on the public listener only
  std::string user, password;     ///< Basic credentials; none when the user is empty
  bool open = false;              ///< whoever asks may
  std::vector<std::string> pageviews;
  bool unique_by_day = false;
  std::size_t max_body = 0;  ///< of a list
  int threads = 0;           ///< lists that are stored at a time
};

struct Config {
  std::filesystem::path config_path;  ///< with config_name: where the file was looked for, see config_file()
  std::string config_name;
  std::filesystem::path data_dir;
  std::chrono::seconds shutdown_timeout{};
  Logging logging;
  Postgres postgres;
  Http http;
  Tls tls;
  AutoTls autotls;
  Ingest ingest;
  Sites sites;
  Enrichment enrichment;
  Journal journal;
  Writer writer;
  Retention retention;
  Admin admin;
  Counts counts;
  MicroAnalytics micro_analytics;

  /// Whether there is a listener for HTTPS.
  [[nodiscard]] bool serves_tls() const { return autotls.enabled || !tls.cert_file.empty(); }

  /// What libpq connects to: the URL as given, or a keyword/value string made of the single settings. Holds the password.
  /// nullopt: no Postgres is configured, the embedded one is to be used.
  [[nodiscard]] std::optional<std::string> postgres_url() const;
};

using Environment = std::map<std::string, std::string>;

struct LoadOptions {
  /// Given with -c: it must exist. Without it CONFIG_PATH/CONFIG_NAME.yaml (./config.yaml) is read if it is there.
  std::optional<std::filesystem::path> file;
  Environment environment;
};

/// The variables of this process.
Environment process_environment();

/// The file that load() reads with these options, whether it is there or not.
std::filesystem::path config_file(const LoadOptions& options);

/// Environment over file over defaults. An empty variable counts as not set.
/// Errc::invalid with every problem at once, one a line: which setting, where it came from, what to do. No secret is quoted.
Result<Config> load(const LoadOptions& options);

/// The commented config.yaml with all defaults.
std::string default_yaml();

/// docs/configuration.md.
std::string markdown();

/// Every setting with its value, `key: value` a line. Secrets are redacted.
std::string describe(const Config& config);

}  // namespace pico::config
