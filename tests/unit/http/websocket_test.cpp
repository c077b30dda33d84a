#include "pico/http/websocket.hpp"

#include <gmock/gmock.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <future>

#include "pico/http/server.hpp"

namespace pico::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto patience = 60s;

/// What the test's protocol tells, and what the test tells it.
struct Stage {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> received;       // guarded by mutex
  std::shared_ptr<WebSocket> socket;       // guarded by mutex
  int closed = 0;                          // guarded by mutex
  bool echo = true;                        // guarded by mutex

  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, patience, condition);
  }
};

class TestProtocol final : public WebSocketProtocol {
 public:
  explicit TestProtocol(Stage& stage) : stage_(stage) {}
  void opened(const std::shared_ptr<WebSocket>& socket) override {
    change([&] { stage_.socket = socket; });
  }
  void received(std::string_view text) override {
    change([&] {
      stage_.received.emplace_back(text);
      if (stage_.echo) stage_.socket->answer(text == "silence" ? "" : "echo " + std::string(text));
    });
  }
  void closed() override {
    change([&] { ++stage_.closed; });
  }

 private:
  template <class Change>
  void change(Change change) {
    const std::lock_guard lock(stage_.mutex);
    change();
    stage_.changed.notify_all();
  }
  Stage& stage_;
};

/// Beast's own client.
class Client {
 public:
  explicit Client(const std::string& address, const std::string& target = "/ws") : stream_(context_) {
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
    const timeval limit{60, 0};
    ::setsockopt(stream_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    stream_.control_callback([this](websocket::frame_type kind, beast::string_view) { pongs_ += kind == websocket::frame_type::pong; });
    stream_.read_message_max(64 << 20);
    stream_.handshake(answer_, address, target, error_);
  }
  void send(std::string_view text) { stream_.write(asio::buffer(text.data(), text.size()), error_); }
  /// The next message; blank when the connection has ended.
  std::string receive() {
    beast::flat_buffer buffer;
    stream_.read(buffer, error_);
    return error_ ? "" : beast::buffers_to_string(buffer.data());
  }
  std::string ask(std::string_view text) {
    send(text);
    return receive();
  }
  /// Ends the connection as a client does that dies.
  void reset() {
    stream_.next_layer().set_option(asio::socket_base::linger(true, 0));
    stream_.next_layer().close();
  }
  auto& stream() { return stream_; }
  int pongs() const { return pongs_; }
  int close_code() const { return stream_.reason().code; }
  unsigned handshake_status() const { return answer_.result_int(); }
  const beast::error_code& error() const { return error_; }
  const auto& handshake() const { return answer_; }

 private:
  asio::io_context context_;
  websocket::stream<asio::ip::tcp::socket> stream_;
  websocket::response_type answer_;
  beast::error_code error_;
  int pongs_ = 0;
};

class WebSocketTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }
  void start(WebSocketOptions options, std::size_t max_connections = 100) {
    server_.reset();
    router_.emplace(registry_, "test");
    router_->add(Method::get, "/ws", [this, options](Exchange& exchange) { exchange.upgrade(std::make_unique<TestProtocol>(stage_), options); });
    ListenerOptions listener;
    listener.address = "127.0.0.1:0";
    listener.limits.max_connections = max_connections;
    server_.emplace(listener, *router_, registry_, "test");
    ASSERT_TRUE(server_->listen());
    server_->start();
  }
  std::shared_ptr<WebSocket> socket() {
    EXPECT_TRUE(stage_.wait([&] { return stage_.socket != nullptr; }));
    const std::lock_guard lock(stage_.mutex);
    return stage_.socket;
  }

  metrics::Registry registry_;
  Stage stage_;
  std::optional<Router> router_;
  std::optional<Server> server_;
};

TEST_F(WebSocketTest, AnswersMessagesInOrder) {
  Client client(server_->address());
  ASSERT_EQ(client.handshake_status(), 101u);
  EXPECT_EQ(client.handshake()["Server"], "Picolytics");
  for (const auto* text : {"a", "b", "silence"}) client.send(text);
  client.send("c");
  EXPECT_EQ(client.receive(), "echo a");
  EXPECT_EQ(client.receive(), "echo b");
  EXPECT_EQ(client.receive(), "echo c");
  EXPECT_THAT(registry_.expose(), HasSubstr("picolytics_http_websockets{listener=\"test\"} 1"));
}

TEST_F(WebSocketTest, ReadsTheNextMessageOnlyWhenTheLastIsAnswered) {
  stage_.echo = false;
  Client client(server_->address());
  client.send("first");
  client.send("second");
  ASSERT_TRUE(stage_.wait([&] { return stage_.received.size() == 1; }));
  auto open = socket();
  open->push(1, std::make_shared<const std::string>("meanwhile"));
  EXPECT_EQ(client.receive(), "meanwhile");
  {
    const std::lock_guard lock(stage_.mutex);
    EXPECT_EQ(stage_.received.size(), 1u);
  }
  open->answer("done");
  EXPECT_EQ(client.receive(), "done");
  ASSERT_TRUE(stage_.wait([&] { return stage_.received.size() == 2; }));
  open->answer("");
}

TEST_F(WebSocketTest, ASlowReaderGetsTheNewestOfATopic) {
  Client client(server_->address());
  auto open = socket();
  constexpr int pushes = 2000;
  const std::string padding(100'000, 'x');  // more than the buffers of both sides hold
  for (int i = 1; i <= pushes; ++i) open->push(7, std::make_shared<const std::string>(std::to_string(i) + padding));
  open->push(8, std::make_shared<const std::string>("another topic"));
  int got = 0, last = 0;
  bool other = false;
  while (last != pushes || !other) {
    const auto text = client.receive();
    ASSERT_FALSE(text.empty());
    if (text == "another topic") {
      other = true;
      continue;
    }
    ++got;
    ASSERT_GT(std::stoi(text), last);
    last = std::stoi(text);
  }
  EXPECT_LT(got, pushes);
}

/// A client that does not read, with a message on its way to it that fills all buffers: what is pushed then waits.
class SlowReaderTest : public WebSocketTest {
 protected:
  void SetUp() override {
    WebSocketTest::SetUp();
    client_.emplace(server_->address());
    open_ = socket();
    open_->push(0, std::make_shared<const std::string>(32 << 20, 'x'));
    char first = 0;
    client_->stream().read_some(asio::buffer(&first, 1), error_);
    ASSERT_EQ(first, 'x') << error_;
  }
  /// The rest of it.
  void read_on() { ASSERT_EQ(client_->receive().size(), (32u << 20) - 1); }

  std::optional<Client> client_;
  std::shared_ptr<WebSocket> open_;
  beast::error_code error_;
};

TEST_F(SlowReaderTest, NoMoreMessagesWaitThanThereMayBe) {
  constexpr std::size_t topics = 10'000;
  std::vector<std::weak_ptr<const std::string>> waiting;
  for (std::size_t topic = 1; topic <= topics; ++topic) {
    const auto text = std::make_shared<const std::string>(std::to_string(topic));
    waiting.push_back(text);
    open_->push(topic, text);
  }
  EXPECT_EQ(std::ranges::count_if(waiting, [](const auto& text) { return !text.expired(); }), WebSocket::max_waiting);
  read_on();
  for (auto topic = topics - WebSocket::max_waiting + 1; topic <= topics; ++topic) ASSERT_EQ(client_->receive(), std::to_string(topic));
}

TEST_F(SlowReaderTest, WhatIsForgottenIsNotSentAnyMore) {
  for (const auto topic : {1, 2, 3}) open_->push(static_cast<std::uint64_t>(topic), std::make_shared<const std::string>(std::to_string(topic)));
  open_->forget(2);
  open_->forget(4);
  read_on();
  EXPECT_EQ(client_->receive(), "1");
  EXPECT_EQ(client_->receive(), "3");
}

TEST_F(WebSocketTest, AnswersPings) {
  Client client(server_->address());
  client.stream().ping("are you there");
  EXPECT_EQ(client.ask("x"), "echo x");
  EXPECT_EQ(client.pongs(), 1);
}

TEST_F(WebSocketTest, TakesMessagesUpToItsLimitAndClosesOnLargerOnes) {
  start({.max_message_bytes = 1000});
  Client client(server_->address());
  EXPECT_EQ(client.ask(std::string(1000, 'a')).size(), 1005u);
  EXPECT_EQ(client.ask(std::string(1001, 'a')), "");
  EXPECT_EQ(client.close_code(), websocket::close_code::too_big);
  EXPECT_TRUE(stage_.wait([&] { return stage_.closed == 1; }));
}

TEST_F(WebSocketTest, ClosesOnBinaryMessagesAndOnTextThatIsNone) {
  Client client(server_->address());
  client.stream().binary(true);
  EXPECT_EQ(client.ask("binary"), "");
  EXPECT_EQ(client.close_code(), websocket::close_code::unknown_data);
  Client other(server_->address());
  EXPECT_EQ(other.ask("\xFF\xFF"), "");
  EXPECT_EQ(other.close_code(), websocket::close_code::bad_payload);
}

TEST_F(WebSocketTest, ClosesSocketsWithoutASignOfLife) {
  start({.idle_timeout = 1s});
  Client client(server_->address());  // does not read, and so answers no ping
  EXPECT_TRUE(stage_.wait([&] { return stage_.closed == 1; }));
}

TEST_F(WebSocketTest, SaysGoodByeWhenTheServerStopsButAnswersFirst) {
  stage_.echo = false;
  Client waiting(server_->address());
  waiting.send("question");
  ASSERT_TRUE(stage_.wait([&] { return stage_.received.size() == 1; }));
  auto asked = socket();
  Client idle(server_->address());
  ASSERT_TRUE(stage_.wait([&] { return stage_.socket != asked; }));
  auto stopped = std::async(std::launch::async, [&] { server_->stop(patience); });
  EXPECT_EQ(idle.receive(), "");
  EXPECT_EQ(idle.close_code(), websocket::close_code::going_away);
  asked->answer("answer");
  EXPECT_EQ(waiting.receive(), "answer");
  EXPECT_EQ(waiting.receive(), "");
  EXPECT_EQ(waiting.close_code(), websocket::close_code::going_away);
  stopped.get();
  EXPECT_EQ(stage_.closed, 2);
}

/// The handshake comes over a connection that is open, in the half second in which those are still answered.
TEST_F(WebSocketTest, NoneBeginsOnceTheServerStops) {
  const std::string request = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  std::string answer;
  for (int attempt = 0; answer.empty() && attempt < 50; ++attempt) {  // on a slow machine the half second may be over before
    start({});
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    const asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(server_->address().substr(10))));
    socket.connect(to);
    asio::write(socket, asio::buffer(std::string_view("GET /none HTTP/1.1\r\nHost: x\r\n\r\n")));
    std::string received;
    asio::read_until(socket, asio::dynamic_buffer(received), "}\n");
    server_->stop_accepting();
    for (beast::error_code refused; !refused;) {
      asio::ip::tcp::socket another(context);
      another.connect(to, refused);
    }
    beast::error_code error;
    asio::write(socket, asio::buffer(request), error);
    asio::read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n", error);
  }
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 503");
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(WebSocketTest, StopsInTimeWhenTheOtherSideSaysNothing) {
  Client silent(server_->address());
  socket();
  server_->stop(100ms);
  EXPECT_EQ(stage_.closed, 1);
}

TEST_F(WebSocketTest, EndsWithItsClientThoughAnAnswerStillWaitsBehindAMessageThatIsNotRead) {
  stage_.echo = false;
  Client client(server_->address());
  client.send("question");
  ASSERT_TRUE(stage_.wait([&] { return stage_.received.size() == 1; }));
  auto open = socket();
  open->push(1, std::make_shared<const std::string>(32 << 20, 'x'));  // more than the buffers of both sides hold
  open->push(2, std::make_shared<const std::string>("another topic"));
  open->answer("answer");
  client.reset();
  ASSERT_TRUE(stage_.wait([&] { return stage_.closed == 1; }));
  server_->stop(patience);
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(WebSocketTest, KeepsItsPlaceAmongTheConnections) {
  start({}, 1);
  {
    Client first(server_->address());
    EXPECT_EQ(first.ask("a"), "echo a");
    EXPECT_EQ(server_->connections(), 1u);
    Client second(server_->address());
    EXPECT_TRUE(second.error());
    first.stream().close(websocket::close_code::normal);
  }
  ASSERT_TRUE(stage_.wait([&] { return stage_.closed == 1; }));
  const auto end = std::chrono::steady_clock::now() + patience;
  while (server_->connections() > 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  Client third(server_->address());
  EXPECT_EQ(third.ask("b"), "echo b");
}

TEST_F(WebSocketTest, TakesHalfOfAllConnectionsAtMost) {
  start({}, 4);
  Client first(server_->address()), second(server_->address());
  EXPECT_EQ(first.handshake_status(), 101u);
  EXPECT_EQ(second.handshake_status(), 101u);
  Client third(server_->address());
  EXPECT_EQ(third.handshake_status(), 503u);
}

TEST_F(WebSocketTest, ASocketThatHasGoneTakesMessagesToNowhere) {
  std::shared_ptr<WebSocket> gone;
  {
    Client client(server_->address());
    gone = socket();
  }
  ASSERT_TRUE(stage_.wait([&] { return stage_.closed == 1; }));
  for (int i = 0; i < 100; ++i) gone->push(1, std::make_shared<const std::string>("x"));
  gone->answer("x");
  Client client(server_->address());
  EXPECT_EQ(client.ask("still there"), "echo still there");
}

}  // namespace
}  // namespace pico::http
