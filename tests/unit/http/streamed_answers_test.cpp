#include "streams_fixture.hpp"

namespace pico::http {
namespace {

class StreamedAnswersTest : public StreamsTest {
 protected:
  void SetUp() override {
    router_.add(Method::get, "/list", [this](Exchange& exchange) {
      work([this, &exchange] {
        const auto pipe = exchange.answer_in_pieces(list_head());
        written_.set_value(pipe->write("one,") && pipe->write("") && pipe->write("two"));
        pipe->finish();
      });
    }, {.cors = true});
    router_.add(Method::get, "/large", [this](Exchange& exchange) {
      work([&exchange] {
        const auto pipe = exchange.answer_in_pieces(list_head());
        std::string piece;
        for (std::size_t i = 0; i < 5000; ++i) {
          piece.assign(i, static_cast<char>('a' + i % 26));
          if (!pipe->write(piece)) return;
        }
        pipe->finish();
      });
    });
    router_.add(Method::get, "/empty", [](Exchange& exchange) { exchange.answer_in_pieces(list_head())->finish(); });
    router_.add(Method::get, "/held", [this](Exchange& exchange) { held_.set_value(exchange.answer_in_pieces(list_head())); });
    router_.add(Method::get, "/hello", [](Exchange& exchange) { exchange.answer(Response::text(200, "hello")); });
  }

  static Response list_head() {
    auto head = Response::empty(200);
    head.content_type = "application/json";
    return head;
  }

  static std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

  /// The data of a chunked body, and what follows it; "…" at the end: it is not whole.
  static std::string unchunk(std::string_view chunked) {
    std::string data;
    for (;;) {
      const auto end = chunked.find("\r\n");
      if (end == std::string_view::npos) return data + "…";
      const auto size = std::stoul(std::string(chunked.substr(0, end)), nullptr, 16);
      chunked.remove_prefix(end + 2);
      if (chunked.size() < size + 2 || chunked.substr(size, 2) != "\r\n") return data + "…";
      data += chunked.substr(0, size);
      chunked.remove_prefix(size + 2);
      if (size == 0) return data.append(chunked);
    }
  }

  std::promise<bool> written_;
  std::promise<std::shared_ptr<AnswerPipe>> held_;
};

TEST_F(StreamedAnswersTest, PiecesComeAsChunksAndTheConnectionStays) {
  start();
  Client client(server_->address());
  client.send("GET /list HTTP/1.1\r\nHost: x\r\nOrigin: http://a\r\n\r\n");
  const auto answer = client.receive_to("0\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(answer.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nAccess-Control-Allow-Origin: *\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
  EXPECT_EQ(unchunk(body_of(answer)), "one,two");
  EXPECT_TRUE(wait_for(written_.get_future()));
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.receive_to("hello").ends_with("hello"));
  EXPECT_TRUE(all_left());
}

TEST_F(StreamedAnswersTest, ARequestBehindItIsAnsweredNext) {
  start();
  Client client(server_->address());
  client.send("GET /empty HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(unchunk(body_of(client.receive_all())).starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(StreamedAnswersTest, NothingOfALongAnswerIsLost) {
  start();
  std::string expected;
  for (std::size_t i = 0; i < 5000; ++i) expected.append(i, static_cast<char>('a' + i % 26));
  Client client(server_->address());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(unchunk(body_of(client.receive_all())) == expected);
}

TEST_F(StreamedAnswersTest, AnOldClientReadsToTheConnectionsEnd) {
  start();
  Client client(server_->address());
  client.send("GET /list HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto answer = client.receive_all();
  EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(body_of(answer), "one,two");
}

TEST_F(StreamedAnswersTest, HeadHasTheHeadAloneAndNothingMoreIsMade) {
  start();
  Client client(server_->address());
  client.send("HEAD /held HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto pipe = wait_for(held_.get_future());
  EXPECT_TRUE(client.receive_to("\r\n\r\n").ends_with("Transfer-Encoding: chunked\r\n\r\n"));
  EXPECT_TRUE(all_left());
  EXPECT_FALSE(pipe->write("never sent"));
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.receive_to("hello").ends_with("\r\n\r\nhello"));
}

TEST_F(StreamedAnswersTest, AnAnswerThatIsAbortedIsNotTakenForAWholeOne) {
  start();
  for (const bool explicitly : {true, false}) {
    held_ = {};
    Client client(server_->address());
    client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    auto pipe = wait_for(held_.get_future());
    EXPECT_TRUE(pipe->write("one,"));
    client.receive_to("one,");
    if (explicitly) pipe->abort();
    else pipe.reset();
    EXPECT_EQ(unchunk(body_of(client.receive_all())), "one,…");
    EXPECT_TRUE(all_left());
    if (explicitly) {
      EXPECT_FALSE(pipe->write("two"));
      pipe->finish();
    }
  }
}

TEST_F(StreamedAnswersTest, WhoWritesLearnsThatTheClientHasGone) {
  start();
  Client client(server_->address());
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto pipe = wait_for(held_.get_future());
  client.close();
  const std::string piece(10'000, 'x');
  while (pipe->write(piece)) continue;
  EXPECT_TRUE(all_left());
}

TEST_F(StreamedAnswersTest, ASlowClientHoldsTheWriterUpAndIsGivenUpInTheEnd) {
  Limits limits;
  limits.write_timeout = std::chrono::seconds(1);
  start(limits);
  Client client(server_->address());
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto pipe = wait_for(held_.get_future());
  const std::string piece(10'000, 'x');
  std::size_t written = 0;
  while (pipe->write(piece)) written += piece.size();
  EXPECT_LT(written, 64u << 20);  // what the system takes for a socket, and our own 64 KiB
  EXPECT_TRUE(all_left());
}

TEST_F(StreamedAnswersTest, AStopWaitsForAnAnswerThatIsUnderWay) {
  start();
  Client client(server_->address());
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto pipe = wait_for(held_.get_future());
  EXPECT_TRUE(pipe->write("one,"));
  client.receive_to("one,");
  work([&] { server_->stop(patience); });
  EXPECT_TRUE(pipe->write("two"));
  pipe->finish();
  EXPECT_EQ(unchunk(body_of(client.receive_all())), "one,two");
  join_workers();
}

TEST_F(StreamedAnswersTest, AStopEndsAnAnswerThatTakesTooLong) {
  start();
  Client client(server_->address());
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto pipe = wait_for(held_.get_future());
  EXPECT_TRUE(pipe->write("one,"));
  client.receive_to("one,");
  work([pipe] {
    while (pipe->write("more")) std::this_thread::yield();
  });
  server_->stop(std::chrono::milliseconds(200));
  EXPECT_EQ(client.receive_all().find("\r\n0\r\n\r\n"), std::string::npos);
}

}  // namespace
}  // namespace pico::http
