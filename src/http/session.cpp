#include "session.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/write.hpp>
#include <algorithm>
#include <cassert>
#include <spdlog/spdlog.h>

#include "pico/core/text.hpp"
#include "request_rules.hpp"

namespace pico::http {
namespace {

namespace beast_http = boost::beast::http;
using Fields = beast_http::fields;

constexpr std::size_t read_size = 4096;
constexpr std::size_t inline_body = 16 * 1024;  ///< smaller bodies are copied behind the head: one buffer, one write
constexpr std::size_t linger_bytes = 256 * 1024;       ///< read and thrown away before a connection is closed, beside …
constexpr std::size_t linger_body = 4 * 1024 * 1024;   ///< … as much of a body as its route takes, so that a little too much hears of it
constexpr std::chrono::seconds linger_time{2};

std::string_view find_header(const void* fields, std::string_view name) {
  const auto& all = *static_cast<const Fields*>(fields);
  const auto found = all.find(boost::beast::string_view(name.data(), name.size()));
  return found == all.end() ? std::string_view{} : view(found->value());
}

Response preflight(const Request& request) {
  auto response = Response::empty(204);
  response.with("Access-Control-Allow-Origin", "*")
      .with("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
      .with("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  if (const auto wanted = request.header("Access-Control-Request-Headers"); !wanted.empty())
    response.with("Access-Control-Allow-Headers", wanted);
  return response;
}

}  // namespace

Session::Session(Transport transport, IoThread& io, const IpAddress& peer)
    : socket_(std::move(transport)), io_(io), peer_(peer),
      trusted_proxy_(contains(io.shared().options.client_address.trusted_proxies, peer)) {
  io_.add(*this);
}

Session::~Session() {
  leave_streams();
  io_.remove(*this);
  if (counted_) io_.shared().connections.leave(peer_, trusted_proxy_);
}

void Session::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Session::answer(Response response) { response_ = std::move(response); }

void Session::finish(std::uint8_t code) noexcept {
  code_ = code;
  io_.finished(this);
}

std::function<void(Response)> Session::answer_later() {
  handed_out_ = true;
  // The response is handed over through the posted handler, so response_ is only ever touched on the io thread.
  return [this](Response response) {
    auto hand_over = [this, answer = std::move(response)]() mutable {
      response_ = std::move(answer);
      resume();
    };
    asio::post(io_.context(), std::move(hand_over));
  };
}

void Session::upgrade(std::unique_ptr<WebSocketProtocol> protocol, const WebSocketOptions& options) {
  const auto& shared = io_.shared();
  if (io_.stopping()) {
    // The good-byes have been said: this one would be cut off without.
    response_ = Response::error(503, "the server is stopping").with("Retry-After", "5");
  } else if (shared.websockets.load(std::memory_order_relaxed) >= (shared.options.limits.max_connections + 1) / 2) {
    // They stay for as long as they like and make no room for others: half of all connections at most.
    response_ = Response::error(503, "there are too many WebSockets").with("Retry-After", "30");
  } else if (!boost::beast::websocket::is_upgrade(parser_->get())) {
    response_ = Response::error(426, "this address speaks WebSocket").with("Upgrade", "websocket");
  } else if (in_.size() > 0) {
    reject(400, "a WebSocket begins with the answer to its handshake");  // what has been sent before that cannot be told from a second request
  } else {
    upgrade_.emplace(Upgrade{std::move(protocol), options});
  }
}

/// Hands the connection over to a WebSocket session.
void Session::open_websocket() {
  io_.shared().router.count(match_.index, 101);
  counted_ = false;
  const auto websocket = std::make_shared<WebSocketSession>(std::move(socket_), io_, peer_, trusted_proxy_, std::move(*upgrade_));
  io_.start(websocket, parser_->release());
}

void Session::resume() {
  if (!response_) response_ = from_code_(*this, code_);
  if (waiter_) return go_on();
  boost::system::error_code ignored;
  socket_.cancel(ignored);  // it reads a body that is of no use any more
}

void Session::go_on() {
  if (!waiter_) return;
  // Moved out first: the handler runs the coroutine on, which may wait again.
  auto waiter = std::move(*waiter_);
  waiter_.reset();
  std::move(waiter)();
}

void Session::start_request() {
  parser_.emplace();
  parser_->eager(false);
  parser_->header_limit(static_cast<std::uint32_t>(io_.shared().options.limits.max_head_bytes));
  parser_->body_limit(boost::none);
  parser_->on_chunk_header(refuse_control_characters);
  head_complete_ = false;
  may_skip_line_ = true;
  skip_empty_line();
  streams_body_ = false;
  leave_streams();
  refusal_.reset();
  idle_ = in_.size() == 0;
  io_.waits(*this);
  const auto& limits = io_.shared().options.limits;
  deadline_ = std::chrono::steady_clock::now() + (idle_ ? limits.idle_timeout : limits.head_timeout);
  request_ = Request(nullptr, nullptr);
  response_.reset();
  handed_out_ = false;
  from_code_ = nullptr;
  match_ = {};
}

/// The request could not be understood, or is not wanted: answer and end the connection, since what follows cannot be trusted.
void Session::reject(unsigned status, std::string_view message) {
  io_.shared().metrics.malformed.Increment();
  response_ = Response::error(status, message);
  response_->close = true;
  linger_ = true;
}

/// What no route takes.
Response Session::answer_without_route() const {
  if (request_.method == Method::options) return preflight(request_);
  if (!match_.allowed.empty()) return Response::error(405, "Method Not Allowed").with("Allow", match_.allowed);
  return Response::error(404, "Not Found");
}

void Session::refuse_body() {
  if (match_.route == nullptr) response_ = answer_without_route();
  else if (const auto answer = match_.route->options.body_too_large; answer != nullptr) response_ = answer();
  else response_ = Response::error(413, "body is too large");
  response_->close = true;
  linger_ = true;
}

/// Some clients send a line's end behind a body. One is passed over (RFC 9112, 2.2); it does not begin a request.
void Session::skip_empty_line() {
  constexpr std::string_view line_end = "\r\n";
  const auto in = in_.cdata();
  if (!may_skip_line_ || !std::string_view(static_cast<const char*>(in.data()), in.size()).starts_with(line_end)) return;
  may_skip_line_ = false;
  in_.consume(line_end.size());
}

/// Works on what has been received. Complete: parser_ holds a whole request (all but its body where that is streamed), or response_ a refusal.
Session::Parse Session::parse() {
  if (!parser_->got_some()) {
    skip_empty_line();
    if (may_skip_line_ && in_.size() == 1 && *static_cast<const char*>(in_.cdata().data()) == '\r') return Parse::need_more;
  }
  if (in_.size() > 0 && idle_) {
    idle_ = false;
    deadline_ = std::chrono::steady_clock::now() + io_.shared().options.limits.head_timeout;
  }
  while (!response_ && !(head_complete_ && (streams_body_ || parser_->is_done()))) {
    if (in_.size() == 0) return Parse::need_more;
    boost::system::error_code error;
    in_.consume(parser_->put(in_.data(), error));
    if (error == beast_http::error::need_more) {
      // The parser keeps what it cannot read yet. In a head it limits that itself; a chunk's size line it would wait for without end.
      if (!head_complete_ || in_.size() <= io_.shared().options.limits.max_head_bytes) return Parse::need_more;
      reject(400, "malformed chunk");
    } else if (error == beast_http::error::header_limit)
      reject(431, "request header fields are too large");
    else if (error == beast_http::error::body_limit)
      refuse_body();
    else if (error)
      reject(400, "malformed request");
    else if (!head_complete_ && parser_->is_header_done())
      head_done();
  }
  return Parse::complete;
}

/// Everything that is decided by the head alone: refusals, the route, the client's address, the body's limit.
void Session::head_done() {
  auto& shared = io_.shared();
  const auto& head = parser_->get();
  head_complete_ = true;
  head_fields_ = static_cast<std::size_t>(std::distance(head.begin(), head.end()));
  keep_alive_ = parser_->keep_alive();
  deadline_ = std::chrono::steady_clock::now() + shared.options.limits.body_timeout;
  if (const auto fault = smuggling_fault(head); !fault.empty()) return reject(400, fault);

  request_ = Request(static_cast<const Fields*>(&head), find_header);
  request_.method = method_of(head.method());
  auto target = view(head.target());
  if (const auto authority = authority_of(target)) {
    // The address goes before the header (RFC 9112, 3.2.2): servers that disagree on that must not see two hosts.
    if (authority->empty() || !equals_ignore_case(*authority, request_.header("Host"))) return reject(400, "the target is of another host than the Host header");
    target.remove_prefix(static_cast<std::size_t>(authority->data() + authority->size() - target.data()));
  }
  const auto question = target.find('?');
  request_.path = target.empty() || question == 0 ? std::string_view("/") : target.substr(0, question);
  request_.query = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  request_.peer = peer_;
  const bool forwarded = head.count("X-Forwarded-For") > 0 || head.count("X-Real-IP") > 0;
  request_.client = peer_;
  if (forwarded && shared.options.client_address.extractor == IpExtractor::direct) {
    shared.metrics.ignored_forwarding.Increment();
    if (!shared.warned_of_forwarding.exchange(true))
      spdlog::warn("requests carry X-Forwarded-For or X-Real-IP, but ipExtractor is direct: if a proxy stands in front, set "
                   "ipExtractor to xff or realip, or all visitors count as one");
  } else if (forwarded) {
    request_.client = client_address(shared.options.client_address, peer_, joined(head, "X-Forwarded-For"),
                                     request_.header("X-Real-IP"));
  }

  request_.client_is_proxy = trusted_proxy_ && request_.client == peer_;

  match_ = shared.router.match(request_.method, request_.path);
  const std::size_t body_limit = match_.route != nullptr ? match_.route->options.max_body : 0;
  const auto announced = parser_->content_length();
  if (announced && *announced > body_limit) return refuse_body();
  parser_->body_limit(body_limit);
  parser_->eager(true);
  streams_body_ = match_.route != nullptr && match_.route->options.stream_body;
  if (!streams_body_) invite_body();
}

/// To a client that waits to hear whether its body is wanted; HTTP/1.0 does not know of that.
void Session::invite_body() {
  if (parser_->is_done() || parser_->get().version() < 11 || !equals_ignore_case(request_.header("Expect"), "100-continue")) return;
  if (in_.size() > 0) return;  // the body is on its way
  constexpr std::string_view invitation = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::system::error_code error;
  // A part of it cannot be taken back, and TLS may have kept it to send it later. It does not fit only behind answers that the client does not read.
  if (socket_.write_some(asio::buffer(invitation), error) != invitation.size()) close();
}

bool Session::has_trailers() const {
  const auto& request = parser_->get();
  return static_cast<std::size_t>(std::distance(request.begin(), request.end())) != head_fields_;
}

void Session::handle() {
  deadline_ = Deadline::max();
  if (response_) return;
  if (has_trailers()) return reject(400, "trailer fields are not taken");
  if (streams_body_)
    body_ = std::make_shared<BodyQueue>(*this, io_.context(), io_.shared().metrics.streams);
  else
    request_.body = parser_->get().body();
  request_.received_at = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  if (match_.route != nullptr && request_.method != Method::options)
    call_handler();
  else
    response_ = answer_without_route();
}

void Session::call_handler() {
  try {
    match_.route->handler(*this);
  } catch (const std::exception& error) {
    spdlog::error("a handler of {} failed with an exception of type {}", match_.route->path, typeid(error).name());
    if (handed_out_) return;  // the answer is still owed, by whoever has what it takes
    upgrade_.reset();
    response_ = Response::error(500, "Internal Server Error");
  }
}

/// Writes the answer's head, and a short body, to out_.
void Session::compose() {
  if (refusal_) {
    leave_streams();
    response_ = std::exchange(refusal_, std::nullopt);
  }
  const Response& response = *response_;
  const bool old = parser_->get().version() < 11;
  if (response.close || io_.stopping() || (pieces_ != nullptr && old)) keep_alive_ = false;
  out_.clear();
  out_.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason_phrase(response.status)).append("\r\n");
  out_.append(io_.date_header());
  if (!response.content_type.empty()) out_.append("Content-Type: ").append(response.content_type).append("\r\n");
  out_.append(response.fixed_headers).append(response.headers);
  if (match_.cors && request_.method != Method::options && !request_.header("Origin").empty()) out_.append("Access-Control-Allow-Origin: *\r\nVary: Origin\r\n");
  if (!keep_alive_)
    out_.append("Connection: close\r\n");
  else if (old)  // such a client takes silence for a close
    out_.append("Connection: keep-alive\r\n");
  if (pieces_ != nullptr)
    out_.append(old ? "" : "Transfer-Encoding: chunked\r\n");
  else if (response.status != 204 && response.status != 304)
    out_.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  out_.append("\r\n");
  const bool may_have_body = request_.method != Method::head && response.status != 204 && response.status != 304;
  const bool has_body = pieces_ == nullptr && !response.body.empty() && may_have_body;
  const bool copy = has_body && response.body.size() <= inline_body;
  if (copy) out_.append(response.body);
  const auto rest = has_body && !copy ? response.body : std::string_view{};
  out_buffers_ = {asio::buffer(out_), asio::buffer(rest.data(), rest.size())};
  deadline_ = std::chrono::steady_clock::now() + io_.shared().options.limits.write_timeout;
  io_.shared().router.count(match_.route != nullptr ? match_.index : Router::unmatched, response.status);
}

/// Most answers fit into the socket's buffer: writing at once saves a turn through the reactor. False: the rest is in out_buffers_.
bool Session::write_now() {
  boost::system::error_code error;
  auto written = socket_.write_some(out_buffers_, error);
  if (error && error != asio::error::would_block) return close(), true;
  for (auto& buffer : out_buffers_) {
    const auto part = std::min(written, buffer.size());
    buffer += part;
    written -= part;
  }
  return asio::buffer_size(out_buffers_) == 0;
}

Awaitable<void> serve(std::unique_ptr<Session> owned) {
  Session& session = *owned;
  constexpr asio::use_awaitable_t<Executor> use_awaitable{};
  while (session.socket_.is_open()) {
    session.start_request();
    while (session.parse() == Session::Parse::need_more) {
      const asio::mutable_buffer room = session.in_.prepare(read_size);
      const auto [error, received] = co_await session.socket_.async_read_some(room, no_throw);
      if (error) co_return;
      session.in_.commit(received);
    }
    session.handle();
    if (session.upgrade_) co_return session.open_websocket();
    if (session.body_ != nullptr) co_await session.receive_body();
    while (!session.response_) co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(Session::Wait{&session}, use_awaitable);
    session.compose();
    if (session.pieces_ != nullptr) {
      co_await session.send_pieces();
    } else if (!session.write_now()) {
      const auto [error, written] = co_await asio::async_write(session.socket_, session.out_buffers_, no_throw);
      if (error) co_return;
    }
    if (!session.keep_alive_) break;
    if (session.io_.last_call_over()) co_return;
  }
  if (!session.linger_ || !session.socket_.is_open()) co_return;
  boost::system::error_code ignored;
  session.socket_.shutdown_send(ignored);
  session.deadline_ = std::chrono::steady_clock::now() + linger_time;
  session.in_.clear();
  const std::size_t taken = session.match_.route != nullptr ? session.match_.route->options.max_body : 0;
  const std::size_t most = linger_bytes + std::min(taken, linger_body);
  for (std::size_t total = 0; total < most;) {
    const asio::mutable_buffer waste = session.in_.prepare(read_size);  // not an array: every connection's frame would hold it
    const auto [error, received] = co_await session.socket_.async_read_some(waste, no_throw);
    if (error) co_return;
    total += received;
  }
}

}  // namespace pico::http
