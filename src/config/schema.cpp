#include "types.hpp"

namespace pico::config {
namespace {

using C = Config;

constexpr std::uint64_t KB = 1ull << 10, MB = 1ull << 20, GB = 1ull << 30, TB = 1ull << 40;

Section general() {
  return {
      "General",
      {{"configPath", "CONFIG_PATH", ".", needed_text<&C::config_path>("a folder"),
        "Folder of the configuration file. Has an effect as a variable only; in the file it is accepted and ignored."},
       {"configName", "CONFIG_NAME", "config", needed_text<&C::config_name>("a file name without .yaml"),
        "Name of the configuration file, likewise."},
       {"dataDir", "DATA_DIR", "./data", needed_text<&C::data_dir>("a folder"),
        "Folder for the journal and the embedded Postgres. One process at a time uses it; it is created when missing."},
       {"shutdownTimeoutSec", "SHUTDOWN_TIMEOUT_SEC", "10", integer<&C::shutdown_timeout>(1, 600),
        "How long a stop may take. Events that are not in Postgres by then stay in the journal and follow at the next start."},
       {"logFormat", "LOG_FORMAT", "json",
        choice<LogFormat, &C::logging, &Logging::format>({{"json", LogFormat::json}, {"text", LogFormat::text}}),
        "One JSON object a line, or plain text. Logs go to standard error and never hold a visitor's address or User-Agent."},
       {"logLevel", "LOG_LEVEL", "info",
        word<&C::logging, &Logging::level>({"trace", "debug", "info", "warn", "error", "critical", "off"}),
        "Messages below this level are left out."}}};
}

Section postgres() {
  using P = Postgres;
  return {"Postgres",
          {{"pgConnString", "PGCONNSTRING", "",
            text<&C::postgres, &P::conn_string>("a URL like postgres://user:password@host:5432/database"),
            "Where Postgres is, as one URL; it goes before the single settings below. Special characters in user and password "
            "must be percent-encoded. When neither this nor pgHost is set, Picolytics runs a private Postgres of its own in "
            "dataDir.",
            Secret::yes},
           {"pgHost", "PGHOST", "", text<&C::postgres, &P::host>("a host name, an IP address or a socket folder"),
            "Host of Postgres, with pgDatabase, pgUser and pgPassword, which are then needed too. `host:port` is understood."},
           {"pgPort", "PGPORT", "5432", integer<&C::postgres, &P::port>(1, 65535), "Port of Postgres."},
           {"pgDatabase", "PGDATABASE", "", text<&C::postgres, &P::database>("a database name"), "Name of the database."},
           {"pgUser", "PGUSER", "", text<&C::postgres, &P::user>("a role name"), "Role to connect as."},
           {"pgPassword", "PGPASSWORD", "", text<&C::postgres, &P::password>("a password without control characters"),
            "Password of the role, as it is: nothing needs to be encoded here.", Secret::yes},
           {"pgSslMode", "PGSSLMODE", "prefer",
            word<&C::postgres, &P::ssl_mode>({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}),
            "How the connection is encrypted; the words are libpq's. For pgConnString add `?sslmode=…` to the URL instead."},
           {"pgConnAttempts", "PGCONNATTEMPTS", "5", integer<&C::postgres, &P::conn_attempts>(1, 1000),
            "How often the first connection is tried at start, with growing pauses of 0.5 to 10 seconds."},
           {"skipMigrations", "SKIP_MIGRATIONS", "false", flag<&C::postgres, &P::skip_migrations>(),
            "Leave the database's schema as it is; `picolytics migrate` has to be run by hand."},
           {"pgBinDir", "PG_BIN_DIR", "", text<&C::postgres, &P::bin_dir>("a folder, or nothing"),
            "Folder with Postgres' programs (`initdb`, `postgres`) for the embedded Postgres. Empty: they are looked for."},
           {"queryThreads", "QUERY_THREADS", "2", integer<&C::postgres, &P::query_threads>(1, 64),
            "Connections for reading, each with a thread of its own."}}};
}

Section http() {
  using H = Http;
  return {
      "HTTP",
      {{"listenAddr", "LISTEN_ADDR", ":8080", address<&C::http, &H::listen>(),
        "Address of the public listener; without a host: all addresses."},
       {"publicUrl", "PUBLIC_URL", "", web_url<&C::http, &H::public_url>(),
        "How visitors' browsers reach this server. Used where an absolute link is shown; empty: taken from the request."},
       {"rootRedirect", "ROOT_REDIRECT", "", text<&C::http, &H::root_redirect>("a URL or path, or nothing"),
        "Where `GET /` redirects to. Empty: no redirect."},
       {"staticDir", "STATIC_DIR", "", text<&C::http, &H::static_dir>("a folder, or nothing"),
        "Files in this folder are served in place of the built-in ones (`pico.js`), and beside them. It need not exist. Empty: none (the "
        "original picolytics looks into `static`)."},
       {"staticCacheMaxAge", "STATIC_CACHE_MAX_AGE", "3600", integer<&C::http, &H::static_cache_max_age>(0, 31536000),
        "Seconds for which browsers may keep static files."},
       {"bodyMaxSize", "BODY_MAX_SIZE", "2048", bytes<&C::http, &H::body_max_size>(64, MB), "Largest body of a request."},
       {"headerMaxSize", "HEADER_MAX_SIZE", "16KB", bytes<&C::http, &H::header_max_size>(KB, MB), "Largest head of a request."},
       {"maxConnections", "MAX_CONNECTIONS", "10000", integer<&C::http, &H::max_connections>(1, 1000000),
        "Connections that are open at the same time, at most: at the public listener, and as many at each of HTTPS, pageViewsListen and "
        "microAnalyticsListen. Where the limit of open files has no room for all, they share it."},
       {"connectionsPerClient", "CONNECTIONS_PER_CLIENT", "256", integer<&C::http, &H::connections_per_client>(0, 1000000),
        "Connections of one client (IPv6: one /64). Trusted proxies are exempt. 0: no cap."},
       {"headerTimeoutSec", "HEADER_TIMEOUT_SEC", "10", integer<&C::http, &H::header_timeout>(1, 300),
        "Seconds within which the head of a request must be there."},
       {"bodyTimeoutSec", "BODY_TIMEOUT_SEC", "10", integer<&C::http, &H::body_timeout>(1, 300),
        "Seconds within which the body must follow."},
       {"idleTimeoutSec", "IDLE_TIMEOUT_SEC", "60", integer<&C::http, &H::idle_timeout>(1, 3600),
        "Seconds after which a connection without a request is closed."},
       {"ioThreads", "IO_THREADS", "0", integer<&C::http, &H::io_threads>(0, 64),
        "Threads that serve connections. 0: one a processor, at most 16."}}};
}

Section clients() {
  using H = Http;
  return {"Clients and limits",
          {{"ipExtractor", "IP_EXTRACTOR", "direct",
            choice<IpExtractor, &C::http, &H::ip_extractor>(
                {{"direct", IpExtractor::direct}, {"xff", IpExtractor::xff}, {"realip", IpExtractor::realip}}),
            "Where a visitor's address comes from: the connection, `X-Forwarded-For` or `X-Real-IP`. Behind a reverse proxy it "
            "must be one of the latter two, or everybody looks like one visitor. The headers are read only when the connection "
            "comes from a trusted proxy."},
           {"trustedProxies", "TRUSTED_PROXIES",
            "127.0.0.0/8,169.254.0.0/16,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,::1/128,fe80::/10,fc00::/7",
            networks<&C::http, &H::trusted_proxies>(),
            "Networks whose forwarding headers are believed. A list given here replaces the default, which is every private "
            "network."},
           {"requestRateLimit", "REQUEST_RATE_LIMIT", "10", real<&C::http, &H::request_rate_limit>(0, 1000000),
            "Events a second taken from one client (IPv6: one /64), with bursts of as many; beyond it the answer is 429. "
            "An address among trustedProxies that counts itself is not limited: many may be behind it whom ipExtractor does not find. "
            "0: no limit."},
           {"apiRequestsPerHour", "API_REQUESTS_PER_HOUR", "600", integer<&C::http, &H::api_requests_per_hour>(0, 1000000),
            "Questions of one API key an hour; beyond it the answer is 429. 0: no limit."}}};
}

Section events() {
  using I = Ingest;
  return {"Events and privacy",
          {{"ackMode", "ACK_MODE", "durable",
            choice<AckMode, &C::ingest, &I::ack_mode>({{"durable", AckMode::durable}, {"queued", AckMode::queued}}),
            "When an event is answered with 202: once it is on disk, or as soon as it is queued. With queued a crash can lose "
            "the last moments."},
           {"validEventNames", "VALID_EVENT_NAMES", "load,visible,hidden,hashchange,popstate,pushstate,ping,engagement",
            names<&C::ingest, &I::valid_event_names>(), "Names of events that are taken. An empty list means the default."},
           {"customEvents", "CUSTOM_EVENTS", "true", flag<&C::ingest, &I::custom_events>(),
            "Take events of any other name too, sent by `pico('name', {…})`."},
           {"respectDoNotTrack", "RESPECT_DO_NOT_TRACK", "true", flag<&C::ingest, &I::respect_do_not_track>(),
            "Do-Not-Track and Global Privacy Control reduce a visit to an anonymous count per site and day."},
           {"siteRegistration", "SITE_REGISTRATION", "auto",
            choice<SiteRegistration, &C::sites, &Sites::registration>(
                {{"auto", SiteRegistration::automatic}, {"listed", SiteRegistration::listed}}),
            "auto: the first event of an unknown domain creates its site. listed: only sites made with `picolytics site add` "
            "are taken."},
           {"maxAutoSites", "MAX_AUTO_SITES", "100", integer<&C::sites, &Sites::max_auto_sites>(0, 100000),
            "Sites that come about by themselves, in all; `picolytics site add` is not bound by it."},
           {"maxAutoSitesPerHour", "MAX_AUTO_SITES_PER_HOUR", "10",
            integer<&C::sites, &Sites::max_auto_sites_per_hour>(0, 100000), "The same within an hour."},
           {"defaultTimeZone", "DEFAULT_TIME_ZONE", "Etc/UTC", zone<&C::sites, &Sites::default_time_zone>(),
            "Time zone of new sites: where their days begin."},
           {"geoIpFile", "GEO_IP_FILE", default_geo_ip_file, text<&C::enrichment, &Enrichment::geo_ip_file>("a file, or nothing"),
            "Database in MaxMind's format that turns addresses into places. When the default file is missing, the country "
            "database that comes with Picolytics is used. Empty: no places."},
           {"userAgentCache", "USER_AGENT_CACHE", "16384", integer<&C::enrichment, &Enrichment::user_agent_cache>(0, 10000000),
            "User-Agents whose meaning is remembered. Only hashes of them are kept."}}};
}

Section journal() {
  using J = Journal;
  return {
      "Queue and journal",
      {{"queueSize", "QUEUE_SIZE", "640000", integer<&C::ingest, &Ingest::queue_size>(1, 100000000),
        "Events in memory that wait for the journal; beyond it the answer is 503."},
       {"queueMaxBytes", "QUEUE_MAX_BYTES", "256MB", bytes<&C::ingest, &Ingest::queue_max_bytes>(MB, 64 * GB),
        "Bound on the memory of the same events."},
       {"pipelineThreads", "PIPELINE_THREADS", "0", integer<&C::ingest, &Ingest::pipeline_threads>(0, 16),
        "Threads that enrich events. 0: one, from four processors on two."},
       {"journalMaxBytes", "JOURNAL_MAX_BYTES", "8GB", bytes<&C::journal, &J::max_bytes>(2 * MB, 64 * TB),
        "Size of the journal, which holds events while Postgres is away; beyond it the answer is 503. At least two segments."},
       {"journalSegmentBytes", "JOURNAL_SEGMENT_BYTES", "64MB", bytes<&C::journal, &J::segment_bytes>(MB, GB),
        "Size of one file of the journal."},
       {"journalKeepMinutes", "JOURNAL_KEEP_MINUTES", "10", integer<&C::journal, &J::keep>(0, 1440),
        "Minutes for which files stay after their events are in Postgres, for a database that goes back in time (failover, "
        "restore)."},
       {"minFreeBytes", "MIN_FREE_BYTES", "1GB", bytes<&C::journal, &J::min_free_bytes>(0, TB),
        "Room that stays free on the disk; below it, or below 5 % if that is less, no events are taken."}}};
}

Section storing() {
  using W = Writer;
  return {"Writing and keeping",
          {{"writers", "WRITERS", "1", integer<&C::writer, &W::writers>(1, 16),
            "Threads that write to Postgres, each with a connection and a share of the visitors."},
           {"batchMaxSize", "BATCH_MAX_SIZE", "6400", integer<&C::writer, &W::batch_max_size>(1, 1000000),
            "Events of one transaction at most."},
           {"batchMaxMsec", "BATCH_MAX_MSEC", "500", integer<&C::writer, &W::batch_max_wait>(1, 60000),
            "Milliseconds after which a smaller batch is written too."},
           {"sessionTimeoutMin", "SESSION_TIMEOUT_MIN", "30", integer<&C::writer, &W::session_timeout>(3, 1440),
            "A visit ends when its visitor does nothing for this many minutes."},
           {"pruneDays", "PRUNE_DAYS", "0", integer<&C::retention, &Retention::prune>(0, 36500),
            "Events, visits and figures older than this many days are deleted. 0: they are kept for ever."},
           {"botPruneDays", "BOT_PRUNE_DAYS", "0", integer<&C::retention, &Retention::bot_prune>(0, 36500),
            "The same for the visits of bots. 0: they are kept as long as the others."},
           {"pruneCheckHours", "PRUNE_CHECK_HOURS", "24", integer<&C::retention, &Retention::check_every>(1, 8760),
            "Hours between two looks for what is to be deleted; the first is at start."}}};
}

Section admin() {
  using A = Admin;
  return {"Administration",
          {{"adminListen", "ADMIN_LISTEN", "127.0.0.1:8081", optional_address<&C::admin, &A::listen>(),
            "Address of `/healthz`, `/ready` and `/metrics`. It should not be reachable from outside; the default is reachable "
            "from this machine only (the original picolytics has it off). `off` or an empty value in the file: none."},
           {"disableHostMetrics", "DISABLE_HOST_METRICS", "true", inverse_flag<&C::admin, &A::host_metrics>(),
            "Leave the machine's load, memory and processor use out of the metrics."},
           {"debug", "DEBUG", "false", flag<&C::admin, &A::debug>(),
            "Serve diagnostic pages under `/debug/` on the admin listener."}}};
}

Section counts() {
  using N = Counts;
  return {"Counts without visitors",
          {{"pageViewsListen", "PAGE_VIEWS_LISTEN", "off", optional_address<&C::counts, &N::page_views_listen>(),
            "Address of a listener of its own for the page-view counter (`/page-views/…`, `/report`, `/health`), such as `:3000`. The "
            "public listener serves it too."},
           {"countsUser", "COUNTS_USER", "", text<&C::counts, &N::user>("a user name without a colon"),
            "With countsPassword: Basic credentials of who may hand in and read counts. Without credentials that takes a listener that "
            "is bound to 127.0.0.1, and no proxy in front of it."},
           {"countsPassword", "COUNTS_PASSWORD", "", text<&C::counts, &N::password>("a password without control characters"),
            "Its password.", Secret::yes},
           {"countsOpen", "COUNTS_OPEN", "false", flag<&C::counts, &N::open>(),
            "Let everybody who reaches the server hand in and read counts, as the original does."},
           {"wsAllowedOrigins", "WS_ALLOWED_ORIGINS", "", names<&C::counts, &N::ws_allowed_origins>(),
            "Origins whose pages may open the WebSocket `/ws` of the live view counters, such as `https://example.com`. Each names the "
            "site that it counts for. Empty: nobody may."},
           {"wsMaxSockets", "WS_MAX_SOCKETS", "5000", integer<&C::counts, &N::ws_max_sockets>(0, 1000000),
            "WebSockets that are open at the same time, at most. They count towards maxConnections too."},
           {"wsMaxMessage", "WS_MAX_MESSAGE", "128KB", bytes<&C::counts, &N::ws_max_message>(KB, MB), "Largest message of a WebSocket."},
           {"wsIdleTimeoutSec", "WS_IDLE_TIMEOUT_SEC", "60", integer<&C::counts, &N::ws_idle_timeout>(2, 3600),
            "Seconds without a sign of life after which a WebSocket is closed; after half of them a ping asks for one."}}};
}

Section micro_analytics() {
  using M = MicroAnalytics;
  return {
      "µAnalytics' API",
      {{"microAnalyticsListen", "MICRO_ANALYTICS_LISTEN", "off", optional_address_or_port<&C::micro_analytics, &M::listen>(),
        "Address of a listener of its own for µAnalytics' API, such as `:7070`. The public listener serves it under `/micro-analytics`. A "
        "number alone, as the original takes it, is a port.",
        Secret::no, "MA_PORT"},
       {"microAnalyticsUser", "MICRO_ANALYTICS_USER", "", text<&C::micro_analytics, &M::user>("a user name without a colon"),
        "With microAnalyticsPassword: Basic credentials of who may use that API. Without credentials and keys that takes a listener that is "
        "bound to 127.0.0.1, and no proxy in front of it.",
        Secret::no, "MA_USER"},
       {"microAnalyticsPassword", "MICRO_ANALYTICS_PASSWORD", "", text<&C::micro_analytics, &M::password>("a password without control characters"),
        "Its password. It may be empty, as in the original.", Secret::yes, "MA_PASSWORD"},
       {"microAnalyticsOpen", "MICRO_ANALYTICS_OPEN", "false", flag<&C::micro_analytics, &M::open>(),
        "Let everybody who reaches the server use that API, as the original does without a user."},
       {"microAnalyticsPageviews", "MICRO_ANALYTICS_PAGEVIEWS", "load,view,visit,pageview,page_view,open", names<&C::micro_analytics, &M::pageviews>(),
        "Values of `event` that are pageviews, as one without a name always is. Every other is a custom event of that name."},
       {"microAnalyticsUnique", "MICRO_ANALYTICS_UNIQUE", "range",
        choice<bool, &C::micro_analytics, &M::unique_by_day>({{"range", false}, {"daily", true}}),
        "What that API counts as unique. range: addresses, over all of the time that is asked for; a keyed hash of the address stays. daily: "
        "visitors of a day, as everywhere else; nothing connects the days. What is stored keeps the meaning it had when it came."},
       {"microAnalyticsMaxBody", "MICRO_ANALYTICS_MAX_BODY", "1GB", bytes<&C::micro_analytics, &M::max_body>(MB, 64 * GB),
        "Largest list handed in at once. Lists are read while they come in; what does not fit into memory waits in dataDir."},
       {"microAnalyticsThreads", "MICRO_ANALYTICS_THREADS", "2", integer<&C::micro_analytics, &M::threads>(1, 15),
        "Lists that are stored at a time, each over a connection to Postgres of its own. Four times as many are read at a time, since clients can be "
        "slow, and 32 more may wait."}}};
}

Section tls() {
  using A = AutoTls;
  return {
      "TLS",
      {{"tlsCertFile", "TLS_CERT_FILE", "", text<&C::tls, &Tls::cert_file>("a file, or nothing"),
        "Certificate for HTTPS: PEM, the server's own first and then what leads to an authority. It is read again at SIGHUP and when the "
        "files change. Empty, and without autotlsEnabled: no HTTPS."},
       {"tlsKeyFile", "TLS_KEY_FILE", "", text<&C::tls, &Tls::key_file>("a file, or nothing"),
        "Its private key: PEM, without a passphrase. The user that the server runs as must be able to read it."},
       {"tlsListen", "TLS_LISTEN", ":443", address<&C::tls, &Tls::listen>(),
        "Address of the listener for HTTPS, which serves what the public listener serves. Has an effect with a certificate only."},
       {"tlsRedirectListen", "TLS_REDIRECT_LISTEN", ":80", optional_address<&C::tls, &Tls::redirect_listen>(),
        "Address of a listener of plain HTTP that leads browsers to HTTPS and answers the questions of certificate authorities. Has an effect "
        "with a certificate or autotlsEnabled only. `off` or an empty value in the file: none."},
       {"autotlsEnabled", "AUTOTLS_ENABLED", "false", flag<&C::autotls, &A::enabled>(),
        "Get a certificate for autotlsHost by ACME (http-01), and renew it in time. The authority must reach port 80 of that host, at "
        "tlsRedirectListen or at the public listener."},
       {"autotlsHost", "AUTOTLS_HOST", "", text<&C::autotls, &A::host>("a host name, or nothing"),
        "Host name of the certificate; needed with autotlsEnabled."},
       {"autotlsStaging", "AUTOTLS_STAGING", "true", flag<&C::autotls, &A::staging>(),
        "Use Let's Encrypt's test directory, whose certificates no browser believes, but whose limits are wide. Set it to false once that works."},
       {"autotlsDirectory", "AUTOTLS_DIRECTORY", "", web_url<&C::autotls, &A::directory>(),
        "ACME directory of another authority. Empty: Let's Encrypt's, by autotlsStaging."},
       {"autotlsCaFile", "AUTOTLS_CA_FILE", "", text<&C::autotls, &A::ca_file>("a file, or nothing"),
        "Certificates (PEM) that the directory's own is checked against. Empty: those of the system."}}};
}

}  // namespace

const std::vector<Section>& schema() {
  static const std::vector<Section> sections{general(), postgres(), http(),  clients(), events(),
                                             journal(), storing(),  counts(), micro_analytics(), admin(), tls()};
  return sections;
}

}  // namespace pico::config
