#include "options.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

namespace pico::app {
namespace {

/// Connections that all listeners together may have, the admin one aside, for whose the others leave room.
std::size_t all_connections(const config::Config& config) {
  metrics::Registry registry;
  const tls::ServerContexts contexts(registry);
  std::size_t sum = 0;
  for (const auto& listener : {public_listener(config), tls_listener(config, contexts), redirect_listener(config), page_views_listener(config), micro_analytics_listener(config)}) {
    if (listener.limits.max_connections == 0) return 0;
    sum += listener.limits.max_connections;
  }
  return sum;
}

const config::Environment every_listener{{"PAGE_VIEWS_LISTEN", "127.0.0.1:0"}, {"MICRO_ANALYTICS_LISTEN", "127.0.0.1:0"}, {"TLS_CERT_FILE", "cert.pem"}, {"TLS_KEY_FILE", "key.pem"}};

[[noreturn]] void count_with_few_descriptors() {
  const rlimit thousand{1000, 1000};
  setrlimit(RLIMIT_NOFILE, &thousand);
  const auto connections = all_connections(*config::load({.environment = every_listener}));
  std::fprintf(stderr, "%zu connections\n", connections);
  std::_Exit(connections >= 500 && connections <= 600 ? 0 : 1);  // without ending what other tests of this program have started
}

TEST(Listeners, TogetherLeaveDescriptorsForTheJournalAndPostgres) {
  EXPECT_EXIT(count_with_few_descriptors(), testing::ExitedWithCode(0), "connections");  // in a process of its own: a limit does not rise again
}

TEST(Listeners, HaveTheirFullNumberWhereThereIsRoom) {
  auto environment = every_listener;
  environment["MAX_CONNECTIONS"] = "20";
  EXPECT_EQ(all_connections(*config::load({.environment = environment})), 4 * 20u + 256u);
}

}  // namespace
}  // namespace pico::app
