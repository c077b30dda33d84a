// What is taken as a request, and what becomes of one that goes wrong.
#include <gmock/gmock.h>

#include <future>
#include <stdexcept>

#include "server_fixture.hpp"

namespace pico::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view line = "GET /proxy HTTP/1.1\r\nHost: x\r\n";

class RequestsTest : public WithServer {
 protected:
  void SetUp() override {
    router_.add(Method::get, "/", [](Exchange& exchange) { exchange.answer(Response::text(200, "root")); });
    router_.add(Method::get, "/target", [](Exchange& exchange) { exchange.answer(Response::json(200, "query " + std::string(exchange.request().query))); });
    router_.add(Method::post, "/echo", [](Exchange& exchange) { exchange.answer(Response::json(200, std::string(exchange.request().body))); }, {.max_body = 64});
    router_.add(Method::get, "/proxy", [](Exchange& exchange) { exchange.answer(Response::text(200, exchange.request().client_is_proxy ? "yes" : "no")); });
    router_.add(Method::get, "/throws", [](Exchange&) { throw std::runtime_error("x"); });
    router_.add(Method::post, "/stream-throws", [](Exchange&) { throw std::runtime_error("x"); }, {.max_body = 64, .stream_body = true});
    router_.add(Method::get, "/later-throws", [this](Exchange& exchange) {
      later_.set_value(exchange.answer_later());
      throw std::runtime_error("x");
    });
    router_.add(Method::get, "/empty", [](Exchange& exchange) {
      auto response = Response::text(204, "no place for this");
      exchange.answer(std::move(response));
    });
    start();
  }
  std::string proxy(const std::string& headers) { return ask(std::string(line) + headers + "\r\n"); }
  std::promise<std::function<void(Response)>> later_;
};

TEST_F(RequestsTest, SayWhetherTheAddressThatCountsIsAProxys) {
  EXPECT_THAT(proxy(""), EndsWith("yes"));
  EXPECT_THAT(proxy("X-Forwarded-For: 8.8.8.8\r\n"), EndsWith("yes"));  // it is not looked at
  ListenerOptions options;
  options.client_address.extractor = IpExtractor::xff;
  start(options);
  EXPECT_THAT(proxy(""), EndsWith("yes"));
  EXPECT_THAT(proxy("X-Forwarded-For: 8.8.8.8\r\n"), EndsWith("no"));
  EXPECT_THAT(proxy("X-Forwarded-For: 10.1.1.1\r\n"), EndsWith("no"));
  options.client_address.trusted_proxies = {};
  start(options);
  EXPECT_THAT(proxy(""), EndsWith("no"));
}

TEST_F(RequestsTest, AnEmptyLineBeforeARequestIsPassedOver) {
  Client client(server_->address());
  client.send("\r\nGET /target HTTP/1.1\r\nHost: x\r\n\r\n\r\n");
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 200"));
  client.send("GET /target HTTP/1.1\r\nHost: x\r\n\r\n\r");
  client.receive(2);
  client.send("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive(3), EndsWith("root"));
}

TEST_F(RequestsTest, MoreThanOneEmptyLineIsNot) {
  EXPECT_THAT(ask("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(ask("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 400"));
}

TEST_F(RequestsTest, TargetsMayBeWholeAddresses) {
  EXPECT_THAT(ask("GET http://x:8080/target?a=b HTTP/1.1\r\nHost: x:8080\r\n\r\n"), EndsWith("query a=b"));
  EXPECT_THAT(ask("GET HTTPS://X/target HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("query "));
  EXPECT_THAT(ask("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("root"));
  EXPECT_THAT(ask("GET http://x?a=b HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("root"));
}

TEST_F(RequestsTest, AWholeAddressOfAnotherHostIsRefused) {
  for (const auto* target : {"http://y/target", "http:///target", "http://x@y/target", "http://y@x/target", "http://x:80/target", "http://"})
    EXPECT_THAT(ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 400")) << target;
  EXPECT_THAT(ask("GET ftp://x/target HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 404"));
}

TEST_F(RequestsTest, ExtensionsOfChunksArePassedOverUnlessTheyHoldControlCharacters) {
  const auto chunked = [&](std::string_view extension) {
    return ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1" + std::string(extension) + "\r\na\r\n0\r\n\r\n");
  };
  for (const auto* taken : {"", ";a", ";a=b", ";a=\"b c\"", " ; a"}) EXPECT_THAT(chunked(taken), EndsWith("a")) << taken;
  for (const auto* refused : {";a=\"\n5\n\"", ";a=\"\r5\"", ";a=\"\x01\"", ";a=\"\x7f\"", ";\n"}) EXPECT_THAT(chunked(refused), StartsWith("HTTP/1.1 400")) << refused;
}

TEST_F(RequestsTest, WhatAHandlerCannotDoIsAnswered500) {
  Client client(server_->address());
  client.send("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 500 Internal Server Error"));
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive(2), EndsWith("root"));
  EXPECT_THAT(ask("POST /stream-throws HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12"), StartsWith("HTTP/1.1 500"));
}

TEST_F(RequestsTest, WhoHasBeenHandedTheAnswerStillGivesItThoughTheHandlerThrew) {
  Client client(server_->address());
  client.send("GET /later-throws HTTP/1.1\r\nHost: x\r\n\r\n");
  later_.get_future().get()(Response::text(200, "at last"));
  EXPECT_THAT(client.receive(), EndsWith("at last"));
}

TEST_F(RequestsTest, AnswersWithoutABodyHaveNone) {
  Client client(server_->address());
  client.send("GET /empty HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto answers = client.receive_all();
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(answers, HasSubstr("\r\n\r\nHTTP/1.1 200"));
}

}  // namespace
}  // namespace pico::http
