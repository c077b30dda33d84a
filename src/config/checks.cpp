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
  if (config.autotls.enabled) {
    problems.emplace_back(
        "autotlsEnabled: TLS is not built in yet. Set it to false and put a reverse proxy that does TLS in front; then set "
        "ipExtractor to xff so that visitors keep their own addresses.");
  }
  if (config.admin.listen && collide(*config.admin.listen, config.http.listen)) {
    problems.emplace_back("adminListen and listenAddr are the same address; give the admin listener a port of its own, or off.");
  }
  check_counts(config, problems);
  check_micro_analytics(config, problems);
  if (config.journal.max_bytes < 2 * config.journal.segment_bytes) {
    problems.emplace_back("journalMaxBytes: it must hold at least two segments of journalSegmentBytes.");
  }
  return problems;
}

}  // namespace pico::config
