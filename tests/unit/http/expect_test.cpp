// Clients that wait to hear whether their body is wanted.
#include <gmock/gmock.h>

#include <future>

#include "server_fixture.hpp"
#include "tls_client.hpp"
#include "unit/tls/certificates.hpp"

namespace pico::http {
namespace {

using testing::StartsWith;

constexpr std::string_view invitation = "HTTP/1.1 100 Continue\r\n\r\n";

class ExpectTest : public WithServer {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);  // as the program does
    router_.add(Method::post, "/echo", [](Exchange& exchange) { exchange.answer(Response::json(200, std::string(exchange.request().body))); }, {.max_body = 64});
    router_.add(Method::post, "/stream", [this](Exchange& exchange) { body_.set_value({exchange.body(), exchange.answer_later()}); },
                {.max_body = 64, .stream_body = true});
  }
  std::promise<std::pair<std::shared_ptr<BodyPipe>, std::function<void(Response)>>> body_;
};

/// What of the answers can be no answer; blank: all can. The last may have been cut off.
std::string garbage(std::string_view answers) {
  while (!answers.empty()) {
    const auto is = [&](std::string_view start) { return answers.starts_with(start) || start.starts_with(answers); };
    if (is(invitation)) {
      answers.remove_prefix(std::min(answers.size(), invitation.size()));
      continue;
    }
    const auto end = answers.find("\r\n\r\n!");
    if (!is("HTTP/1.1 200 OK\r\nDate: ") || answers.substr(0, end).find("\r\n\r\n") < end) return std::string(answers.substr(0, 200));
    answers.remove_prefix(end == std::string_view::npos ? answers.size() : end + 5);
  }
  return {};
}

TEST_F(ExpectTest, AClientThatWaitsIsInvited) {
  start();
  Client client(server_->address());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_EQ(client.receive_bytes(invitation.size()), invitation);
  client.send("!");
  EXPECT_EQ(garbage(client.receive(2)), "");
}

TEST_F(ExpectTest, ABodyThatIsOnItsWayNeedsNoInvitation) {
  start();
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n!"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ExpectTest, IsNothingThatHttp10Knows) {
  start();
  Client client(server_->address());
  client.send("POST /stream HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  const auto [body, answer] = body_.get_future().get();  // from here on the head has been read alone
  client.send("!");
  EXPECT_EQ(body->read(), "!");
  answer(Response::text(200, "taken"));
  EXPECT_THAT(client.receive_all(), StartsWith("HTTP/1.1 200"));
}

TEST_F(ExpectTest, AnInvitationForWhichThereIsNoRoomSpoilsNoAnswer) {
  tls::ServerContexts contexts(registry_);
  ASSERT_TRUE(contexts.use(tls::make_identity()));
  start({.tls = &contexts});
  for (int connection = 0; connection < 10; ++connection) {
    TlsClient client(server_->address(), TlsClient::Buffers::small);
    ASSERT_TRUE(client.shake_hands());
    const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
    bool body_is_next = false;
    for (int round = 0; round < 200; ++round) {
      // As many requests as the server takes while it gets rid of few answers: its buffer is full at one of the two writes of each.
      while (client.try_send(body_is_next ? "!" : head)) body_is_next = !body_is_next;
      client.receive_more(1000);
    }
    ASSERT_EQ(garbage(client.received()), "");
  }
  server_->stop(std::chrono::seconds(20));  // the contexts go before the fixture's server
}

}  // namespace
}  // namespace pico::http
