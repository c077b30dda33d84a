#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>

#include "server_fixture.hpp"
#include "tls_client.hpp"
#include "unit/tls/certificates.hpp"

namespace pico::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string handshake(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

/// However the pieces were cut into chunks.
std::string data_of_chunks(std::string_view chunks) {
  std::string data;
  for (;;) {
    const auto end = chunks.find("\r\n");
    const auto size = end == std::string_view::npos ? 0 : std::stoul(std::string(chunks.substr(0, end)), nullptr, 16);
    if (size == 0 || chunks.size() < end + 2 + size) return data;
    data.append(chunks.substr(end + 2, size));
    chunks.remove_prefix(end + 2 + size + 2);
  }
}

/// Answers each message with itself.
struct Echo final : WebSocketProtocol {
  std::shared_ptr<WebSocket> socket;
  void opened(const std::shared_ptr<WebSocket>& opened) override { socket = opened; }
  void received(std::string_view text) override { socket->answer(std::string(text)); }
  void closed() override { socket.reset(); }
};

/// Pushes more than all buffers hold before it answers.
struct Talkative final : WebSocketProtocol {
  explicit Talkative(std::shared_ptr<std::promise<void>> ended) : over(std::move(ended)) {}
  const std::shared_ptr<std::promise<void>> over;
  std::shared_ptr<WebSocket> socket;
  void opened(const std::shared_ptr<WebSocket>& opened) override { socket = opened; }
  void received(std::string_view) override {
    socket->push(1, std::make_shared<const std::string>(32 << 20, 'x'));
    socket->answer("answer");
  }
  void closed() override { over->set_value(); }
};

class TlsServerTest : public WithServer {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);  // as the program does
    router_.add(Method::get, "/hello", [](Exchange& exchange) { exchange.answer(Response::text(200, "hello")); });
    router_.add(Method::get, "/large", [this](Exchange& exchange) {
      Response response = Response::text(200, large_);
      exchange.answer(std::move(response));
    });
    router_.add(Method::post, "/echo", [](Exchange& exchange) { exchange.answer(Response::json(200, std::string(exchange.request().body))); },
                {.max_body = 1 << 20});
    router_.add(Method::get, "/pieces", [this](Exchange& exchange) {
      workers_.emplace_back([this, &exchange] {
        const auto pipe = exchange.answer_in_pieces(Response::empty(200));
        for (std::size_t at = 0; at < large_.size(); at += 50'000)
          if (!pipe->write(std::string_view(large_).substr(at, 50'000))) return;
        pipe->finish();
      });
    });
    router_.add(Method::get, "/cut", [this](Exchange& exchange) {
      workers_.emplace_back([&exchange] {
        const auto pipe = exchange.answer_in_pieces(Response::empty(200));
        pipe->write("the beginning");
        pipe->abort();
      });
    });
    router_.add(Method::post, "/size", [this](Exchange& exchange) {
      workers_.emplace_back([body = exchange.body(), answer = exchange.answer_later()] {
        std::size_t size = 0;
        for (auto part = body->read(); !part.empty(); part = body->read()) size += part.size();
        answer(Response::json(200, std::to_string(size)));
      });
    }, {.max_body = 16 << 20, .stream_body = true});
    router_.add(Method::get, "/later", [this](Exchange& exchange) { later_.set_value(exchange.answer_later()); });
    router_.add(Method::post, "/body", [this](Exchange& exchange) { body_.set_value({&exchange, exchange.body()}); }, {.max_body = 1 << 20, .stream_body = true});
    router_.add(Method::get, "/ws", [](Exchange& exchange) { exchange.upgrade(std::make_unique<Echo>(), {}); });
    for (std::size_t i = 0; i < large_.size(); ++i) large_[i] = static_cast<char>('a' + i % 26);
    ASSERT_TRUE(contexts_.use(tls::make_identity()));
  }

  void TearDown() override {
    if (server_) server_->stop(std::chrono::seconds(0));
    server_.reset();  // before the contexts, which it uses
    for (auto& worker : workers_) worker.join();
  }

  void start(ListenerOptions options = {}) {
    options.tls = &contexts_;
    WithServer::start(std::move(options));
  }

  tls::ServerContexts contexts_{registry_};
  std::string large_ = std::string(3 << 20, ' ');
  std::promise<std::function<void(Response)>> later_;
  std::promise<std::pair<Exchange*, std::shared_ptr<BodyPipe>>> body_;
  std::vector<std::thread> workers_;  // filled by the one io thread
};

TEST_F(TlsServerTest, AnswersOneRequestAfterTheOther) {
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  client.receive("hello");
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto received = client.receive_all();
  EXPECT_EQ(std::count(received.begin(), received.end(), '/'), 6) << received;  // HTTP/1.1 and text/plain
  EXPECT_TRUE(client.good_bye());
  EXPECT_TRUE(shows("picolytics_tls_handshakes_total{listener=\"test\",result=\"full\"} 1"));
}

TEST_F(TlsServerTest, AnswersLargerThanEveryBufferArriveWhole) {
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto received = client.receive_all();
  ASSERT_GT(received.size(), large_.size());
  EXPECT_EQ(received.substr(received.size() - large_.size()), large_);
}

TEST_F(TlsServerTest, BodiesOfManyRecordsArriveWhole) {
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  const auto body = large_.substr(0, 300'000);
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n" + body);
  EXPECT_THAT(client.receive_all(), HasSubstr(body));
}

TEST_F(TlsServerTest, AnswersThatComeLaterAreSent) {
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  later_.get_future().get()(Response::text(200, "at last"));
  EXPECT_THAT(client.receive("at last"), StartsWith("HTTP/1.1 200"));
}

TEST_F(TlsServerTest, ABodyIsReadWhileItComesAndMayBeAnsweredBeforeItsEnd) {
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc");
  const auto [exchange, body] = body_.get_future().get();
  EXPECT_EQ(body->read(), "abc");
  client.send("def");
  EXPECT_EQ(body->read(), "def");
  exchange->answer_later()(Response::text(200, "enough"));
  EXPECT_TRUE(client.receive_all().ends_with("enough"));
  EXPECT_TRUE(client.good_bye());
}

TEST_F(TlsServerTest, AnswersInPiecesArriveWhole) {
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto received = client.receive("\r\n0\r\n\r\n");
  EXPECT_TRUE(data_of_chunks(received.substr(received.find("\r\n\r\n") + 4)) == large_);  // not EXPECT_EQ: it would print both
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.receive("hello"), testing::EndsWith("hello"));
}

TEST_F(TlsServerTest, AnAnswerThatIsCutEndsWithoutAGoodBye) {
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /cut HTTP/1.0\r\nHost: a\r\n\r\n");
  client.receive_all();
  EXPECT_FALSE(client.good_bye());
}

TEST_F(TlsServerTest, StreamedBodiesArriveWhole) {
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send("POST /size HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3145728\r\n\r\n");
  EXPECT_THAT(client.receive("\r\n\r\n"), StartsWith("HTTP/1.1 100 "));
  client.send(large_);
  EXPECT_THAT(client.receive("3145728"), testing::EndsWith("3145728"));
}

TEST_F(TlsServerTest, SpeaksWebSocket) {
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send(handshake("/ws"));
  EXPECT_THAT(client.receive("\r\n\r\n"), HasSubstr("101"));
  client.send(std::string("\x81\x85\0\0\0\0hello", 11));  // masked by zeros
  EXPECT_THAT(client.receive("hello"), HasSubstr("\x81\x05hello"));
  client.send(std::string("\x88\x82\0\0\0\0\x03\xe8", 8));
  EXPECT_THAT(client.receive_all(), HasSubstr("\x88\x02\x03\xe8"));
  EXPECT_TRUE(client.good_bye());
}

TEST_F(TlsServerTest, AWebSocketEndsWithItsClientThoughAnAnswerStillWaitsBehindAMessageThatIsNotRead) {
  const auto closed = std::make_shared<std::promise<void>>();
  router_.add(Method::get, "/talk", [closed](Exchange& exchange) { exchange.upgrade(std::make_unique<Talkative>(closed), {}); });
  start();
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send(handshake("/talk"));
  client.receive("\r\n\r\n");
  client.send(std::string("\x81\x85\0\0\0\0hello", 11));
  client.receive("xxx");
  client.reset();
  ASSERT_EQ(closed->get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  server_->stop(std::chrono::seconds(60));
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(TlsServerTest, WithoutACertificateConnectionsAreClosed) {
  tls::ServerContexts none(registry_);
  Server server({.address = "127.0.0.1:0", .tls = &none}, router_, registry_, "none");
  ASSERT_TRUE(server.listen());
  server.start();
  TlsClient client(server.address());
  EXPECT_FALSE(client.shake_hands());
  EXPECT_TRUE(shows("picolytics_http_connections_refused_total{listener=\"none\"} 1"));
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(TlsServerTest, PlainHttpIsToldSo) {
  start();
  TlsClient client(server_->address());
  client.send_plain("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto received = client.receive_all();
  EXPECT_THAT(received, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(received, testing::EndsWith("this port speaks HTTPS\n"));
  EXPECT_TRUE(shows("picolytics_tls_handshakes_total{listener=\"test\",result=\"failed\"} 1"));
}

TEST_F(TlsServerTest, GarbageEndsItsConnectionOnly) {
  start();
  const std::string noise(100, '\xff'), endless = std::string("\x16\x03\x01\xff\xff", 5).append(70'000, 'x'), nothing(1, '\0');
  for (const auto* text : {&noise, &endless, &nothing}) {
    const auto& bytes = *text;
    TlsClient client(server_->address());
    client.send_plain(bytes);
    if (bytes.size() > 1) client.receive_all();
  }
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.receive("hello"), StartsWith("HTTP/1.1 200"));
}

TEST_F(TlsServerTest, AHandshakeHasAsLongAsAHead) {
  ListenerOptions options;
  options.limits.head_timeout = std::chrono::seconds(1);
  options.limits.idle_timeout = std::chrono::hours(1);
  start(options);
  TlsClient silent(server_->address()), slow(server_->address()), patient(server_->address());
  ASSERT_TRUE(patient.shake_hands());
  slow.send_plain(std::string("\x16\x03\x01\x02", 4));
  silent.receive_all();
  slow.receive_all();
  EXPECT_TRUE(shows("picolytics_http_connections{listener=\"test\"} 1"));
  patient.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");  // after the handshake it had an hour
  EXPECT_THAT(patient.receive("hello"), StartsWith("HTTP/1.1 200"));
}

TEST_F(TlsServerTest, AnIdleConnectionIsClosedWithAGoodBye) {
  ListenerOptions options;
  options.limits.idle_timeout = std::chrono::seconds(1);
  start(options);
  TlsClient client(server_->address());
  ASSERT_TRUE(client.shake_hands());
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_TRUE(client.good_bye());
}

TEST_F(TlsServerTest, AStopAnswersWhatIsUnderWay) {
  start();
  TlsClient client(server_->address()), shaking(server_->address());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = later_.get_future().get();
  server_->stop_accepting();
  answer(Response::text(200, "at last"));
  EXPECT_THAT(client.receive_all(), HasSubstr("at last"));
  server_->stop(std::chrono::seconds(20));
  EXPECT_EQ(server_->connections(), 0u);
}

}  // namespace
}  // namespace pico::http
