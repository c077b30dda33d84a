// How connections are taken.
#include "failing_memory.hpp"
#include "server_fixture.hpp"
#include "session.hpp"

namespace pico::http {
namespace {

constexpr std::string_view hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

class AcceptTest : public WithServer {
 protected:
  void SetUp() override {
    router_.add(Method::get, "/hello", [](Exchange& exchange) { exchange.answer(Response::text(200, "hello")); });
  }
};

TEST_F(AcceptTest, AConnectionForWhichThereIsNoMemoryIsClosedAndTheNextOneServed) {
  start();
  test::fails_at = sizeof(Session);
  Client unlucky(server_->address());
  EXPECT_EQ(unlucky.receive_all(), "");
  EXPECT_EQ(test::fails_at, 0u);
  EXPECT_TRUE(ask(hello).ends_with("hello"));
  EXPECT_TRUE(shows("picolytics_http_accept_errors_total{listener=\"test\"} 1"));
  server_->stop(std::chrono::seconds(20));
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(AcceptTest, AClientAtItsOwnCapMakesNobodyElseLeaveThoughAllPlacesAreTaken) {
  ListenerOptions options;
  options.limits.max_connections = 2;
  options.limits.max_connections_per_client = 1;
  options.client_address.trusted_proxies = {};  // else loopback is exempt
  start(options);
  Client other(server_->address(), "127.0.0.2"), greedy(server_->address());
  other.send(hello);
  greedy.send(hello);
  EXPECT_TRUE(other.receive().ends_with("hello"));
  EXPECT_TRUE(greedy.receive().ends_with("hello"));
  Client more(server_->address());
  EXPECT_EQ(more.receive_all(), "");
  other.send(hello);
  EXPECT_TRUE(other.receive(2).ends_with("hello"));
  EXPECT_EQ(server_->connections(), 2u);
}

}  // namespace
}  // namespace pico::http
