#include "pico/http/server.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <thread>

#include "client.hpp"

namespace pico::http {
namespace {

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    router_.add(Method::get, "/hello", [](Exchange& exchange) { exchange.answer(Response::text(200, "hello")); }, {.cors = true});
    router_.add(Method::post, "/echo",
                [](Exchange& exchange) { exchange.answer(Response::json(200, std::string(exchange.request().body))); },
                {.max_body = 64, .cors = true});
    router_.add(Method::get, "/ws", [](Exchange& exchange) { exchange.upgrade(nullptr, {}); });
    router_.add(Method::get, "/client", [](Exchange& exchange) {
      exchange.answer(Response::json(200, exchange.request().client.to_string()));
    });
    router_.add(Method::get, "/later", [this](Exchange& exchange) { later_.set_value(exchange.answer_later()); });
    router_.add(Method::post, "/code", [this](Exchange& exchange) {
      exchange.answer_with([](const Exchange&, std::uint8_t code) { return Response::json(200, std::to_string(code)); });
      const std::lock_guard lock(mutex_);
      waiting_.push_back(&exchange);
      changed_.notify_all();
    }, {.max_body = 64});
  }

  void start(ListenerOptions options = {}) {
    options.address = "127.0.0.1:0";
    server_ = std::make_unique<Server>(options, router_, registry_, "test");
    const auto listening = server_->listen();
    ASSERT_TRUE(listening) << listening.error().message;
    server_->start();
  }

  std::string ask(std::string_view request) {
    Client client(server_->address());
    client.send(request);
    return client.receive();
  }

  std::vector<Exchange*> wait_for_waiting(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return waiting_.size() >= count; });
    return std::exchange(waiting_, {});
  }

  metrics::Registry registry_;
  Router router_{registry_, "test"};
  std::promise<std::function<void(Response)>> later_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Exchange*> waiting_;  // guarded by mutex_
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, ARequestThatAsksForNoWebSocketIsAnswered426) {
  start();
  Client client(server_->address());
  client.send("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = client.receive();
  EXPECT_NE(answer.find("426 Upgrade Required"), std::string::npos);
  EXPECT_NE(answer.find("Upgrade: websocket"), std::string::npos);
}

TEST_F(ServerTest, BytesBehindAHandshakeAreRefused) {
  start();
  Client client(server_->address());
  client.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\nGET / HTTP/1.1\r\n");
  EXPECT_NE(client.receive_all().find("400 Bad Request"), std::string::npos);
}

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  start();
  Client client(server_->address());
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.receive().starts_with("HTTP/1.1 200 OK\r\nDate: "));
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_TRUE(client.receive(2).ends_with("{}"));
}

TEST_F(ServerTest, OlderClientsAreToldThatTheConnectionStays) {
  start();
  Client client(server_->address());
  client.send("GET /hello HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(client.receive().find("Connection: keep-alive"), std::string::npos);
  client.send("GET /hello HTTP/1.0\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.receive_all().rfind("Connection: close"), std::string::npos);
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  Client client(server_->address());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n2");
  const auto all = client.receive(2);
  EXPECT_TRUE(all.ends_with("2"));
  EXPECT_NE(all.find("\r\n\r\n1"), std::string::npos);
}

TEST_F(ServerTest, ARequestMayComeByteByByte) {
  start();
  Client client(server_->address());
  for (const char c : std::string_view("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) client.send({&c, 1});
  EXPECT_TRUE(client.receive().ends_with("abc"));
}

TEST_F(ServerTest, ChunkedBodiesAreRead) {
  start();
  EXPECT_TRUE(ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").ends_with("abc"));
}

TEST_F(ServerTest, AChunkWhoseSizeLineNeverEndsIsRefusedBeforeItFillsTheMemory) {
  start();
  EXPECT_TRUE(ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(40'000, 'x')).starts_with("HTTP/1.1 400"));
}

TEST_F(ServerTest, BodiesOverTheRoutesLimitAre413AndEndTheConnection) {
  start();
  Client announced(server_->address());
  announced.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 65\r\n\r\n" + std::string(65, 'x'));
  EXPECT_TRUE(announced.receive().starts_with("HTTP/1.1 413"));
  Client chunked(server_->address());
  chunked.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n" + std::string(0x50, 'x') + "\r\n0\r\n\r\n");
  EXPECT_TRUE(chunked.receive().starts_with("HTTP/1.1 413"));
}

TEST_F(ServerTest, WhatCouldSmuggleARequestIsRefused) {
  start();
  const std::vector<std::string> requests = {
      "GET /hello HTTP/1.1\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 1\r\n\r\na",
      "POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
      "GET /hello HTTP/1.1\r\nHost : x\r\n\r\n",
      "GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n",
      "nonsense\r\n\r\n",
  };
  for (const auto& request : requests) {
    Client client(server_->address());
    client.send(request);
    const auto answer = client.receive();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400")) << request << answer;
    EXPECT_NE(answer.find("Connection: close"), std::string::npos) << request;
  }
}

TEST_F(ServerTest, TrailerFieldsCannotChangeTheClientsAddress) {
  ListenerOptions options;
  options.client_address = {IpExtractor::xff, private_networks()};
  start(options);
  EXPECT_TRUE(ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n")
                  .starts_with("HTTP/1.1 400"));
}

TEST_F(ServerTest, RepeatedForwardingHeadersAreOneList) {
  ListenerOptions options;
  options.client_address = {IpExtractor::xff, private_networks()};
  start(options);
  EXPECT_TRUE(ask("GET /client HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 8.8.8.8\r\n\r\n").ends_with("8.8.8.8"));
}

TEST_F(ServerTest, AnOversizedHeadIs431) {
  start();
  EXPECT_TRUE(ask("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 431"));
}

TEST_F(ServerTest, UnknownPathsAndMethodsSaySo) {
  start();
  EXPECT_TRUE(ask("GET /none HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 404"));
  const auto answer = ask("DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405"));
  EXPECT_NE(answer.find("Allow: GET, HEAD"), std::string::npos);
  EXPECT_NE(answer.find(R"({"message":"Method Not Allowed"})"), std::string::npos);
}

TEST_F(ServerTest, HeadHasTheLengthButNoBody) {
  start();
  Client client(server_->address());
  client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto answer = client.receive_all();
  EXPECT_NE(answer.find("Content-Length: 5"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, PreflightsAndOriginsGetCorsHeaders) {
  start();
  const auto preflight = ask("OPTIONS /echo HTTP/1.1\r\nHost: x\r\nOrigin: https://a\r\nAccess-Control-Request-Method: POST\r\n"
                             "Access-Control-Request-Headers: content-type\r\n\r\n");
  EXPECT_TRUE(preflight.starts_with("HTTP/1.1 204"));
  EXPECT_NE(preflight.find("Access-Control-Allow-Headers: content-type"), std::string::npos);
  const auto answer = ask("GET /hello HTTP/1.1\r\nHost: x\r\nOrigin: https://a\r\n\r\n");
  EXPECT_NE(answer.find("Access-Control-Allow-Origin: *\r\nVary: Origin"), std::string::npos);
}

TEST_F(ServerTest, AnAnswerMayComeLaterFromAnotherThread) {
  start();
  Client client(server_->address());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  later_.get_future().get()(Response::text(200, "at last"));
  EXPECT_TRUE(client.receive().ends_with("at last"));
}

TEST_F(ServerTest, ManyExchangesCanBeFinishedFromAnotherThreadAtOnce) {
  start({.threads = 2});
  constexpr int count = 100;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<Client>(server_->address()));
    clients.back()->send("POST /code HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  }
  std::size_t finished = 0;
  while (finished < count) {
    const auto waiting = wait_for_waiting(1);
    ASSERT_FALSE(waiting.empty());
    for (auto* exchange : waiting) exchange->finish(7);
    finished += waiting.size();
  }
  for (auto& client : clients) EXPECT_TRUE(client->receive().ends_with("7"));
}

TEST_F(ServerTest, AClientThatLeavesWhileItsAnswerIsMadeDoesNoHarm) {
  start();
  Exchange* abandoned = nullptr;
  {
    Client client(server_->address());
    client.send("POST /code HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    const auto waiting = wait_for_waiting(1);
    ASSERT_EQ(waiting.size(), 1u);
    abandoned = waiting[0];
  }
  abandoned->finish(1);
  Client next(server_->address());
  next.send("POST /code HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  const auto waiting = wait_for_waiting(1);
  ASSERT_EQ(waiting.size(), 1u);
  waiting[0]->finish(1);
  EXPECT_TRUE(next.receive().ends_with("1"));
}

TEST_F(ServerTest, SlowHeadsAndIdleConnectionsAreClosed) {
  ListenerOptions options;
  options.limits.head_timeout = std::chrono::seconds(1);
  options.limits.idle_timeout = std::chrono::seconds(1);
  start(options);
  Client idle(server_->address());
  Client slow(server_->address());
  slow.send("GET /hello HTTP/1.1\r\nHost:");
  EXPECT_EQ(idle.receive_all(), "");
  EXPECT_EQ(slow.receive_all(), "");
}

TEST_F(ServerTest, AtTheCapTheConnectionThatWaitedLongestMakesRoom) {
  ListenerOptions options;
  options.limits.max_connections = 2;
  start(options);
  Client slow(server_->address());
  slow.send("GET /hello HTTP/1.1\r\nHost:");
  Client second(server_->address());
  second.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_FALSE(second.receive().empty());
  Client third(server_->address());
  third.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(third.receive().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(slow.receive_all(), "");
  second.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(second.receive(2).ends_with("hello"));
  EXPECT_NE(registry_.expose().find("picolytics_http_connections_evicted_total{listener=\"test\"} 1"), std::string::npos);
}

TEST_F(ServerTest, AtTheCapNewConnectionsAreClosedWhileAllOthersAreBeingAnswered) {
  ListenerOptions options;
  options.limits.max_connections = 2;
  start(options);
  Client first(server_->address()), second(server_->address());
  first.send("POST /code HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  auto waiting = wait_for_waiting(1);
  second.send("POST /code HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  for (auto* exchange : wait_for_waiting(1)) waiting.push_back(exchange);
  ASSERT_EQ(waiting.size(), 2u);
  Client third(server_->address());
  EXPECT_EQ(third.receive_all(), "");
  for (auto* exchange : waiting) exchange->finish(7);
  EXPECT_TRUE(first.receive().ends_with("7"));
  EXPECT_TRUE(second.receive().ends_with("7"));
}

TEST_F(ServerTest, AClientOverItsOwnCapTakesNobodysPlace) {
  ListenerOptions options;
  options.limits.max_connections_per_client = 1;
  options.client_address.trusted_proxies = {};  // else loopback is exempt
  start(options);
  Client first(server_->address());
  first.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_FALSE(first.receive().empty());
  Client second(server_->address());
  EXPECT_EQ(second.receive_all(), "");
  first.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(first.receive(2).ends_with("hello"));
}

TEST_F(ServerTest, ASecondServerOnThePortIsRefused) {
  start();
  Server second({.address = server_->address()}, router_, registry_, "second");
  const auto listening = second.listen();
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, Errc::conflict);
  EXPECT_NE(listening.error().message.find("another program has that port"), std::string::npos);
}

TEST_F(ServerTest, MalformedAddressesAreRefusedWithAnExample) {
  for (const auto* address : {"8080", "127.0.0.1:", "127.0.0.1:99999", "nohost:80", ":x"}) {
    Server server({.address = address}, router_, registry_, "bad");
    const auto listening = server.listen();
    ASSERT_FALSE(listening) << address;
    EXPECT_EQ(listening.error().code, Errc::invalid) << address;
  }
}

TEST_F(ServerTest, StoppingClosesIdleConnectionsAndAnswersWhatIsUnderWay) {
  start();
  Client idle(server_->address());
  Client busy(server_->address());
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  auto answer = later_.get_future().get();
  auto stopped = std::async(std::launch::async, [&] { server_->stop(std::chrono::seconds(10)); });
  EXPECT_EQ(idle.receive_all(), "");
  answer(Response::text(200, "last words"));
  const auto received = busy.receive_all();
  EXPECT_NE(received.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(received.ends_with("last words"));
  stopped.get();
  EXPECT_FALSE(Client(server_->address()).connected());
}

/// The last connection ends and the clock ticks in one turn of the io thread: what ended then used to begin another tick.
TEST_F(ServerTest, StoppingEndsThoughTheClockTicksInTheSameTurn) {
  std::promise<void> entered, leave;
  router_.add(Method::get, "/held", [&](Exchange& exchange) {
    entered.set_value();
    leave.get_future().wait();
    exchange.answer(Response::text(200, "held"));
  });
  start({.threads = 1});
  Client idle(server_->address()), busy(server_->address());
  idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(idle.receive().ends_with("hello"));
  server_->stop_accepting();
  while (Client(server_->address()).connected()) std::this_thread::yield();
  busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  // On a machine that is so slow that connections have been closed by now, there is nothing to be seen.
  if (entered.get_future().wait_for(std::chrono::seconds(5)) == std::future_status::ready) {
    idle.close();
    const auto tick = std::chrono::steady_clock::now() + std::chrono::milliseconds(1100);
    std::this_thread::sleep_until(tick);  // the thread is held meanwhile, so that both wait for it
  }
  leave.set_value();
  auto stopped = std::async(std::launch::async, [&] { server_->stop(std::chrono::seconds(10)); });
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST_F(ServerTest, StoppingStillAnswersARequestThatIsOnItsWay) {
  start();
  std::deque<Client> clients;  // whose connections may not even be accepted yet when the stop begins
  for (int i = 0; i < 32; ++i) clients.emplace_back(server_->address()).send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  server_->stop_accepting();
  for (auto& client : clients) EXPECT_TRUE(client.receive().ends_with("hello"));
}

}  // namespace
}  // namespace pico::http
