#include "session.hpp"

namespace pico::http {
namespace {

constexpr std::string_view speak_tls =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 23\r\n\r\nthis port speaks HTTPS\n";

}  // namespace

Awaitable<void> serve_tls(std::unique_ptr<Session> session) {
  auto& io = session->io_;
  auto& transport = session->socket_;
  session->deadline_ = std::chrono::steady_clock::now() + io.shared().options.limits.head_timeout;
  auto step = transport.tls()->handshake();
  while (Transport::waits(step)) {
    const auto what = Transport::awaited(step);
    const auto [error] = co_await transport.next_layer().async_wait(what, no_throw);
    if (error || !transport.is_open()) break;  // closed meanwhile: its time was up
    step = transport.tls()->handshake();
  }
  const bool done = step.outcome == tls::Connection::Outcome::done;
  io.shared().handshakes->count(done, done && transport.tls()->resumed());
  if (done) co_return io.serve(std::move(session));
  if (!transport.tls()->spoke_http()) co_return;
  boost::system::error_code ignored;
  transport.next_layer().write_some(asio::buffer(speak_tls), ignored);
}

}  // namespace pico::http
