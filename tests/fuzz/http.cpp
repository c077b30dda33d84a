// A connection's bytes through the real session: heads, bodies, chunks, pipelining, half-closing. The session runs on this thread, over
// a socket pair instead of TCP, so that an input's effect is over when its run is.
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <charconv>
#include <optional>
#include <set>

#include "fuzz.hpp"
#include "pico/http/websocket.hpp"
#include "session.hpp"
#include "streams.hpp"

using namespace pico;

namespace {

constexpr std::size_t most_bytes = 64 << 10;

/// Answers each message with its length.
class Lengths final : public http::WebSocketProtocol {
 public:
  void opened(const std::shared_ptr<http::WebSocket>& socket) override { socket_ = socket; }
  void received(std::string_view text) override {
    fuzz::require(text.size() <= 1024, "no message is longer than allowed");
    if (text.starts_with('!')) socket_->push(text.size(), std::make_shared<const std::string>("pushed"));
    socket_->answer(text.starts_with('?') ? "" : std::to_string(text.size()));
  }
  void closed() override { socket_.reset(); }

 private:
  std::shared_ptr<http::WebSocket> socket_;
};

void add_routes(http::Router& router) {
  using http::Exchange;
  using http::Response;
  router.add(http::Method::get, "/hello", [](Exchange& exchange) { exchange.answer(Response::text(200, "hello")); }, {.cors = true});
  router.add(http::Method::get, "/files/*", [](Exchange& exchange) { exchange.answer(Response::empty(404)); });
  router.add(http::Method::get, "/who", [](Exchange& exchange) {
    const auto& request = exchange.request();
    exchange.answer(Response::json(200, request.client.to_string() + std::to_string(request.query.size() + request.header("User-Agent").size())));
  });
  router.add(http::Method::post, "/p", [](Exchange& exchange) {
    fuzz::require(exchange.request().body.size() <= 2048, "no body is longer than its route allows");
    exchange.answer(Response::json(200, std::to_string(exchange.request().body.size())));
  }, {.max_body = 2048, .cors = true});
  router.add(http::Method::get, "/ws", [](Exchange& exchange) { exchange.upgrade(std::make_unique<Lengths>(), {.max_message_bytes = 1024}); });
  router.add(http::Method::post, "/wait", [](Exchange& exchange) {
    exchange.answer_with([](const Exchange&, std::uint8_t code) { return Response::json(200, std::to_string(code)); });
    exchange.finish(7);
  }, {.max_body = 64});
}

http::ListenerOptions options() {
  http::ListenerOptions options;
  options.client_address = {http::IpExtractor::xff, private_networks()};
  return options;
}

struct Host {
  fuzz::Streams streams;
  metrics::Registry registry;
  http::Router router{registry, "fuzz"};
  http::Shared shared{options(), router, http::Metrics(registry, "fuzz"), std::nullopt, http::ConnectionTable(4, 4)};
  http::IoThread io{shared};
  Host() {
    spdlog::set_level(spdlog::level::off);
    add_routes(router);
    streams.add_to(router);
  }
  void run() {
    io.context().restart();
    while (io.context().poll() > 0) continue;
  }
  /// run(), and true while a thread may have more for it.
  bool run_on() {
    const bool at_work = streams.at_work();
    run();
    if (at_work) io.context().run_one_for(std::chrono::milliseconds(1));
    return at_work;
  }
};

const std::set<std::string_view> known_headers = {
    "Date", "Content-Type", "Connection", "Content-Length", "Transfer-Encoding", "Allow", "Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers", "Upgrade",
    // of Beast's own answer to a faulty handshake
    "Server", "Sec-WebSocket-Version", "Sec-WebSocket-Accept"};

/// Takes a streamed body off the front, or a part of it.
void skip_letters(std::string_view& all, std::size_t count) {
  fuzz::require(all.substr(0, count).find_first_not_of('x') == std::string_view::npos, "pieces are as they were written");
  all.remove_prefix(std::min(all.size(), count));
}

/// Takes the chunks of a body off the front, up to the last one or to where the connection was cut.
void skip_chunks(std::string_view& all) {
  while (!all.empty()) {
    std::size_t size = 0;
    const auto line = std::from_chars(all.data(), all.data() + all.size(), size, 16);
    fuzz::require(line.ec == std::errc{}, "a chunk has a size");
    all.remove_prefix(static_cast<std::size_t>(line.ptr - all.data()));
    fuzz::require(std::string_view("\r\n").starts_with(all.substr(0, 2)), "which has a line");
    all.remove_prefix(std::min<std::size_t>(all.size(), 2));
    skip_letters(all, size);
    fuzz::require(std::string_view("\r\n").starts_with(all.substr(0, 2)), "a chunk ends with a line's end");
    all.remove_prefix(std::min<std::size_t>(all.size(), 2));
    if (size == 0) return;
  }
}

/// What came back is whole answers with our own headers only: nothing of the request splits one.
void check_answers(std::string_view all) {
  bool closed = false;
  while (!all.empty()) {
    if (all.starts_with("HTTP/1.1 100 Continue\r\n\r\n")) {
      all.remove_prefix(25);
      continue;
    }
    if (all.starts_with("HTTP/1.1 101 ")) return;  // frames from here on
    fuzz::require(!closed, "nothing follows an answer that closes the connection");
    fuzz::require(all.starts_with("HTTP/1.1 "), "an answer begins with its status");
    const auto end = all.find("\r\n\r\n");
    fuzz::require(end != std::string_view::npos, "a head is whole");
    auto head = all.substr(all.find("\r\n") + 2, end - all.find("\r\n") - 2);
    all.remove_prefix(end + 4);
    std::optional<std::size_t> length;
    bool chunked = false;
    while (!head.empty()) {
      const auto line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(std::min(head.size(), line.size() + 2));
      const auto colon = line.find(": ");
      fuzz::require(colon != std::string_view::npos && known_headers.contains(line.substr(0, colon)), "all headers are ours");
      fuzz::require(line.find_first_of("\r\n") == std::string_view::npos, "a header is one line");
      if (line == "Connection: close") closed = true;
      if (line.starts_with("Content-Length: ")) length = std::stoul(std::string(line.substr(16)));
      if (line == "Transfer-Encoding: chunked") chunked = true;
    }
    fuzz::require(!chunked || !length, "a body ends in one way only");
    if (all.starts_with("HTTP/1.1 ")) continue;  // it was the answer to HEAD
    if (chunked) {
      skip_chunks(all);
    } else if (length) {
      fuzz::require(all.empty() || all.size() >= *length, "a body is whole");
      all.remove_prefix(std::min(all.size(), *length));
    } else if (closed) {
      skip_letters(all, all.size());
    }
  }
}

std::string received(int socket) {
  std::string all;
  char buffer[16384];
  for (ssize_t n = 0; (n = recv(socket, buffer, sizeof buffer, MSG_DONTWAIT)) > 0;) all.append(buffer, static_cast<std::size_t>(n));
  return all;
}

}  // namespace

/// The first byte says into how many pieces the rest is cut on its way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Host host;
  if (size == 0 || size > most_bytes) return 0;
  const std::size_t pieces = 1 + data[0] % 8;
  auto bytes = fuzz::text_of(data, size).substr(1);

  int ends[2];
  fuzz::require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "there are sockets");
  http::Socket socket(host.io.context());
  socket.assign(http::asio::ip::tcp::v4(), ends[1]);
  socket.non_blocking(true);
  const auto peer = IpAddress::v4({127, 0, 0, 1});
  fuzz::require(host.shared.connections.enter(peer, true) == http::ConnectionTable::Entry::in, "earlier connections have left");
  http::asio::co_spawn(host.io.context(), serve(std::make_unique<http::Session>(http::Transport(std::move(socket)), host.io, peer)), [](const std::exception_ptr& thrown) {
    fuzz::require(!thrown, "no exception ends a connection");
  });

  std::string answers;
  const auto step = bytes.size() / pieces + 1;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, step);
    const auto sent = send(ends[0], piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    host.run();
    answers += received(ends[0]);
    if (sent < 0) break;  // the session has closed
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  shutdown(ends[0], SHUT_WR);
  for (bool more = true; more;) {
    const auto before = answers.size();
    more = host.run_on();
    answers += received(ends[0]);
    if (answers.size() != before) more = true;
  }
  check_answers(answers);
  close(ends[0]);
  while (host.run_on()) continue;
  host.streams.join();
  fuzz::require(host.shared.connections.size() == 0, "the session ends with its connection");
  return 0;
}
