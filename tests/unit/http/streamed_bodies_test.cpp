#include <optional>

#include "streams_fixture.hpp"

namespace pico::http {
namespace {

constexpr std::size_t most = 64 << 20;

class StreamedBodiesTest : public StreamsTest {
 protected:
  struct Held {
    Exchange* exchange;
    std::shared_ptr<BodyPipe> body;
  };

  void SetUp() override {
    router_.add(Method::post, "/length", [this](Exchange& exchange) {
      work([this, &exchange, body = exchange.body(), answer = exchange.answer_later()] {
        std::size_t length = 0;
        try {
          for (auto piece = body->read(); !piece.empty(); piece = body->read()) length += piece.size();
          answer(Response::json(200, "length " + std::to_string(length)));
        } catch (const BodyLost&) {
          lost_.set_value(length);
          answer(Response::error(500, "what the reader says of it"));
        }
      });
    }, {.max_body = most, .stream_body = true});
    router_.add(Method::post, "/held", [this](Exchange& exchange) { held_.set_value({&exchange, exchange.body()}); },
                {.max_body = most, .stream_body = true});
    router_.add(Method::post, "/refused", [](Exchange& exchange) { exchange.answer(Response::error(401, "no")); },
                {.max_body = most, .stream_body = true});
    router_.add(Method::post, "/short", [](Exchange& exchange) { exchange.answer(Response::text(200, "never called")); },
                {.max_body = 8, .stream_body = true});
    router_.add(Method::get, "/hello", [](Exchange& exchange) { exchange.answer(Response::text(200, "hello")); });
  }

  std::promise<std::size_t> lost_;
  std::promise<Held> held_;
};

TEST_F(StreamedBodiesTest, ABodyIsReadWhileItComes) {
  start();
  Client client(server_->address());
  client.send("POST /held HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
  const auto held = wait_for(held_.get_future());
  EXPECT_EQ(held.body->read(), "abc");
  client.send("def");
  EXPECT_EQ(held.body->read(), "def");
  EXPECT_EQ(held.body->read(), "");
  held.exchange->answer_later()(Response::text(200, "done"));
  EXPECT_TRUE(client.receive().ends_with("done"));
}

TEST_F(StreamedBodiesTest, ABodyOfManyMegabytesGoesThrough) {
  start();
  Client client(server_->address());
  const std::string part(1 << 20, 'x');
  client.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(40 * part.size()) + "\r\n\r\n");
  for (int i = 0; i < 40; ++i) client.send(part);
  EXPECT_TRUE(client.receive().ends_with("length 41943040"));
  EXPECT_TRUE(all_left());
}

TEST_F(StreamedBodiesTest, WhileNobodyReadsTheClientHasToWait) {
  start();
  Client client(server_->address());
  const std::string body(most, 'x');
  client.send("POST /held HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(most) + "\r\n\r\n");
  const auto held = wait_for(held_.get_future());
  const auto sent = client.send_until_full(body);
  EXPECT_LT(sent, most);
  std::size_t read = 0;
  work([&] {
    for (auto piece = held.body->read(); !piece.empty(); piece = held.body->read()) {
      EXPECT_LE(piece.size(), 256u << 10);
      read += piece.size();
    }
    held.exchange->answer_later()(Response::text(200, "done"));
  });
  client.send(std::string_view(body).substr(sent));
  EXPECT_TRUE(client.receive().ends_with("done"));
  join_workers();
  EXPECT_EQ(read, most);
}

TEST_F(StreamedBodiesTest, ChunkedBodiesEndWhereTheyEndAndTheNextRequestFollows) {
  start();
  Client client(server_->address());
  client.send("POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n"
              "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answers = client.receive(3);
  EXPECT_NE(answers.find("length 7"), std::string::npos);
  EXPECT_NE(answers.find("length 2"), std::string::npos);
  EXPECT_TRUE(answers.ends_with("hello"));
}

TEST_F(StreamedBodiesTest, ABodyMayComeByteByByteOrNotAtAll) {
  start();
  Client client(server_->address());
  for (const char byte : std::string("POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n"))
    client.send({&byte, 1});
  EXPECT_TRUE(client.receive().ends_with("length 10"));
  client.send("POST /length HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.receive(2).ends_with("length 0"));
  client.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(client.receive(3).ends_with("length 0"));
}

TEST_F(StreamedBodiesTest, AnOldClientsBodyHasALength) {
  start();
  Client client(server_->address());
  client.send("POST /length HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc");
  const auto answer = client.receive_all();
  EXPECT_TRUE(answer.ends_with("length 3"));
  Client smuggler(server_->address());
  smuggler.send("POST /length HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_NE(smuggler.receive_all().find("400 Bad Request"), std::string::npos);
}

TEST_F(StreamedBodiesTest, AnAnnouncedBodyThatIsTooLongNeverReachesTheHandler) {
  start();
  Client client(server_->address());
  client.send("POST /short HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123456789");
  const auto answer = client.receive_all();
  EXPECT_NE(answer.find("413 "), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(StreamedBodiesTest, AChunkedBodyIsCutOffWhereItBecomesTooLong) {
  start();
  Client client(server_->address());
  client.send("POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  auto lost = lost_.get_future();
  client.send("4000001\r\nx");
  const auto answer = client.receive_all();
  EXPECT_NE(answer.find("413 "), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_LE(wait_for(std::move(lost)), 3u);
  EXPECT_TRUE(all_left());
}

TEST_F(StreamedBodiesTest, WhatIsNoBodyIsRefusedInItsMiddle) {
  start();
  for (const std::string rest : {"zz\r\n", "2\r\nabcdef", "3\r\nabc\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"}) {
    lost_ = {};
    Client client(server_->address());
    client.send("POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" + rest);
    const auto answer = client.receive_all();
    EXPECT_NE(answer.find("400 Bad Request"), std::string::npos) << rest;
    EXPECT_EQ(answer.find("what the reader says"), std::string::npos);
    wait_for(lost_.get_future());
  }
}

TEST_F(StreamedBodiesTest, WhoReadsLearnsThatTheClientHasGone) {
  start();
  {
    Client client(server_->address());
    client.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  }
  EXPECT_LE(wait_for(lost_.get_future()), 3u);
  lost_ = {};
  Client half(server_->address());
  half.send("POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  half.end_sending();
  EXPECT_LE(wait_for(lost_.get_future()), 3u);
  EXPECT_TRUE(all_left());
}

TEST_F(StreamedBodiesTest, AClientThatStopsOrTricklesIsGivenUp) {
  Limits limits;
  limits.body_timeout = std::chrono::seconds(1);
  start(limits);
  Client client(server_->address());
  client.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\nabc");
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(wait_for(lost_.get_future()), 3u);
  lost_ = {};
  Client trickling(server_->address());
  trickling.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n");
  auto lost = lost_.get_future();
  while (lost.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready && trickling.try_send("x")) continue;
  EXPECT_LT(wait_for(std::move(lost)), 10'000u);
}

TEST_F(StreamedBodiesTest, ASlowReaderIsNotTheClientsFault) {
  Limits limits;
  limits.body_timeout = std::chrono::seconds(1);
  start(limits);
  Client client(server_->address());
  const std::string body(8 << 20, 'x');
  client.send("POST /held HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  const auto held = wait_for(held_.get_future());
  const auto sent = client.send_until_full(body);
  // The server's clock ticks past the time-out: an idle connection of the same age is not closed either, a trickling one is.
  Client other(server_->address());
  other.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
  wait_for(lost_.get_future());
  std::size_t read = 0;
  work([&] {
    for (auto piece = held.body->read(); !piece.empty(); piece = held.body->read()) read += piece.size();
    held.exchange->answer_later()(Response::text(200, "done"));
  });
  if (sent < body.size()) client.send(std::string_view(body).substr(sent));
  EXPECT_TRUE(client.receive().ends_with("done"));
  join_workers();
  EXPECT_EQ(read, body.size());
}

TEST_F(StreamedBodiesTest, AnEarlyAnswerIsSeenAndEndsTheConnection) {
  start();
  Client client(server_->address());
  client.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc");
  const auto answer = client.receive_all();
  EXPECT_NE(answer.find("401 Unauthorized"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(StreamedBodiesTest, AnAnswerThatComesWhileTheBodyIsAwaitedEndsTheWaiting) {
  start();
  Client client(server_->address());
  client.send("POST /held HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc");
  const auto held = wait_for(held_.get_future());
  EXPECT_EQ(held.body->read(), "abc");
  held.exchange->answer_later()(Response::text(200, "enough"));
  const auto answer = client.receive_all();
  EXPECT_TRUE(answer.ends_with("enough"));
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_THROW(static_cast<void>(held.body->read()), BodyLost);
}

TEST_F(StreamedBodiesTest, AnAnswerBeforeABodyThatIsAllHereKeepsTheConnection) {
  start();
  Client client(server_->address());
  client.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answers = client.receive(2);
  EXPECT_NE(answers.find("401 Unauthorized"), std::string::npos);
  EXPECT_TRUE(answers.ends_with("hello"));
}

TEST_F(StreamedBodiesTest, AClientThatAsksFirstIsInvitedOnlyWhereItsBodyIsWanted) {
  start();
  Client client(server_->address());
  client.send("POST /length HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.receive_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_TRUE(client.receive(2).ends_with("length 3"));
  Client refused(server_->address());
  refused.send("POST /refused HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_TRUE(refused.receive_all().starts_with("HTTP/1.1 401"));
}

TEST_F(StreamedBodiesTest, AStopWaitsForABodyThatIsUnderWay) {
  start();
  Client client(server_->address());
  client.send("POST /held HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
  const auto held = wait_for(held_.get_future());
  EXPECT_EQ(held.body->read(), "abc");
  work([&] { server_->stop(patience); });
  client.send("def");
  EXPECT_EQ(held.body->read(), "def");
  EXPECT_EQ(held.body->read(), "");
  held.exchange->answer_later()(Response::text(200, "done"));
  EXPECT_TRUE(client.receive_all().ends_with("done"));
  join_workers();
}

TEST_F(StreamedBodiesTest, AStopCutsABodyOffWhenTimeIsUp) {
  start();
  Client client(server_->address());
  client.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
  server_->stop(std::chrono::milliseconds(200));
  EXPECT_EQ(wait_for(lost_.get_future()), 3u);
}

}  // namespace
}  // namespace pico::http
