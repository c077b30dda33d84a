#include "checks.hpp"

#include <spdlog/fmt/fmt.h>
#include <algorithm>
#include <thread>

#include "postgres.hpp"

namespace pico::config {
namespace {

using Given = std::set<std::string_view>;
using Problems = std::vector<std::string>;

void split_port_off_host(Postgres& postgres, const Given& given, Problems& problems) {
  auto [host, port] = split_host(postgres.host);
  postgres.host = std::move(host);
  if (!port) return;
  if (*port == 0) {
    problems.emplace_back("pgHost: what stands behind the colon is no port number; give the host alone and the port as pgPort.");
  } else if (given.contains("pgPort") && postgres.port != *port) {
    problems.push_back(
        fmt::format("pgHost and pgPort name different ports ({} and {}); leave one of them out.", *port, postgres.port));
  }
  postgres.port = *port;
}

void check_postgres(Postgres& postgres, const Given& given, Problems& problems) {
  if (!postgres.conn_string.empty()) {
    const bool url = postgres.conn_string.starts_with("postgres://") || postgres.conn_string.starts_with("postgresql://");
    if (!url) problems.emplace_back("pgConnString: it must start with postgres:// or postgresql://.");
    return;
  }
  if (postgres.host.empty()) return;
  split_port_off_host(postgres, given, problems);
  const std::pair<const char*, const std::string&> needed[] = {{"pgDatabase (PGDATABASE)", postgres.database},
                                                               {"pgUser (PGUSER)", postgres.user},
                                                               {"pgPassword (PGPASSWORD)", postgres.password}};
  for (const auto& [name, value] : needed) {
    if (value.empty()) problems.push_back(fmt::format("{}: pgHost is set, so this must be set too.", name));
  }
}

void choose_threads(Config& config) {
  const auto processors = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (config.http.io_threads == 0) config.http.io_threads = std::clamp(processors, 1, 16);
  if (config.ingest.pipeline_threads == 0) config.ingest.pipeline_threads = processors < 4 ? 1 : 2;
}

bool collide(const Address& a, const Address& b) {
  return a.port != 0 && a.port == b.port && (a.host == b.host || a.host.empty() || b.host.empty());
}

/// Letters, digits, hyphens and dots, with a dot in it and no number as its last part: what an authority gives certificates for.
bool is_host_name(std::string_view host) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
  const auto last = host.substr(host.rfind('.') + 1);
  return host.size() <= 253 && host.find('.') != std::string_view::npos && host.front() != '.' && host.find("..") == std::string_view::npos &&
         !last.empty() && last.find_first_not_of("0123456789") != std::string_view::npos && host.find_first_not_of(allowed) == std::string_view::npos;
}

void check_auto_tls(const Config& config, Problems& problems) {
  const auto& autotls = config.autotls;
  if (!autotls.enabled) return;
  if (autotls.host.empty()) problems.emplace_back("autotlsHost (AUTOTLS_HOST): autotlsEnabled is set, so this must be set too.");
  else if (!is_host_name(autotls.host)) problems.emplace_back("autotlsHost (AUTOTLS_HOST): give a host name alone, such as stats.example.com.");
  if (!autotls.directory.empty() && !autotls.directory.starts_with("https://")) problems.emplace_back("autotlsDirectory: it must start with https://.");
  if (!config.tls.cert_file.empty()) problems.emplace_back("autotlsEnabled and tlsCertFile: the certificate comes from the one or the other; leave one of them out.");
}

void check_tls(const Config& config, Problems& problems) {
  const auto& tls = config.tls;
  if (tls.cert_file.empty() != tls.key_file.empty()) problems.emplace_back("tlsCertFile and tlsKeyFile: give both or neither.");
  check_auto_tls(config, problems);
  if (!config.serves_tls()) return;
  const std::initializer_list<std::optional<Address>> others{config.http.listen, config.admin.listen, config.counts.page_views_listen, config.micro_analytics.listen};
  for (const auto& other : others) {
    if (other && collide(tls.listen, *other)) problems.emplace_back("tlsListen: another listener has this address; give it a port of its own.");
    if (other && tls.redirect_listen && collide(*tls.redirect_listen, *other))
      problems.emplace_back("tlsRedirectListen: another listener has this address; give it a port of its own, or off.");
  }
  if (tls.redirect_listen && collide(*tls.redirect_listen, tls.listen)) problems.emplace_back("tlsRedirectListen and tlsListen are the same address.");
}

void check_micro_analytics(const Config& config, Problems& problems) {
  const auto& micro = config.micro_analytics;
  if (micro.user.empty() && !micro.password.empty()) problems.emplace_back("microAnalyticsPassword (MA_PASSWORD): microAnalyticsUser (MA_USER) must be set too.");
  if (micro.user.find(':') != std::string::npos) problems.emplace_back("microAnalyticsUser (MA_USER): it cannot hold a colon.");
  if (!micro.listen) return;
  for (const auto& other : {std::optional(config.http.listen), config.admin.listen, config.counts.page_views_listen})
    if (other && collide(*micro.listen, *other))
      problems.emplace_back("microAnalyticsListen: another listener has this address; give it a port of its own, or off.");
}

void check_counts(const Config& config, Problems& problems) {
  const auto& counts = config.counts;
  if (counts.user.empty() != counts.password.empty()) problems.emplace_back("countsUser and countsPassword: give both or neither.");
  if (counts.user.find(':') != std::string::npos) problems.emplace_back("countsUser: it cannot hold a colon.");
  if (!counts.page_views_listen) return;
  if (collide(*counts.page_views_listen, config.http.listen) || (config.admin.listen && collide(*counts.page_views_listen, *config.admin.listen)))
    problems.emplace_back("pageViewsListen: another listener has this address; give it a port of its own, or off.");
}

}  // namespace

std::vector<std::string> reconcile(Config& config, const Given& given) {
  Problems problems;
  check_postgres(config.postgres, given, problems);
  choose_threads(config);
  if (config.admin.listen && collide(*config.admin.listen, config.http.listen)) {
    problems.emplace_back("adminListen and listenAddr are the same address; give the admin listener a port of its own, or off.");
  }
  check_counts(config, problems);
  check_tls(config, problems);
  check_micro_analytics(config, problems);
  if (config.journal.max_bytes < 2 * config.journal.segment_bytes) {
    problems.emplace_back("journalMaxBytes: it must hold at least two segments of journalSegmentBytes.");
  }
  return problems;
}

}  // namespace pico::config
