#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <chrono>
#include <optional>

#include "io_thread.hpp"
#include "pico/http/exchange.hpp"
#include "request_body.hpp"
#include "stream_queues.hpp"
#include "transport.hpp"
#include "websocket_session.hpp"

namespace pico::http {

/// A connection with the request it is working on. Lives in the frame of serve(), on one io thread; only finish(), answer_in_pieces() and
/// the function that answer_later() returns are for other threads, and they only hand it back to its thread.
class Session final : public Exchange, public boost::intrusive::list_base_hook<> {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  Session(Transport transport, IoThread& io, const IpAddress& peer);
  ~Session() override;

  void answer(Response response) override;
  void finish(std::uint8_t code) noexcept override;
  std::function<void(Response)> answer_later() override;
  std::shared_ptr<AnswerPipe> answer_in_pieces(Response head) override;
  std::shared_ptr<BodyPipe> body() override;
  void upgrade(std::unique_ptr<WebSocketProtocol> protocol, const WebSocketOptions& options) override;

  void close();
  /// Time's up for the current phase (a handler at work has no deadline).
  [[nodiscard]] bool overdue(Deadline now) const { return deadline_ < now; }
  [[nodiscard]] bool idle() const { return idle_; }
  /// Nothing happens on the open connection until the client sends or reads.
  [[nodiscard]] bool waits_for_client() const { return deadline_ != Deadline::max() && socket_.is_open(); }
  /// On the io thread, after finish(): makes the answer and lets serve() go on.
  void resume();
  /// On the io thread: lets serve() look again at what it waits for.
  void go_on();

  Session* next_finished = nullptr;

 private:
  friend Awaitable<void> serve(std::unique_ptr<Session> session);
  friend Awaitable<void> serve_tls(std::unique_ptr<Session> session);
  enum class Parse { complete, need_more };
  using Parser = boost::beast::http::request_parser<RequestBody>;

  void start_request();
  Parse parse();
  void skip_empty_line();
  void head_done();
  void refuse_body();
  [[nodiscard]] Response answer_without_route() const;
  void reject(unsigned status, std::string_view message);
  void handle();
  void call_handler();
  [[nodiscard]] bool has_trailers() const;
  void invite_body();
  // session_streams.cpp
  Awaitable<void> receive_body();
  bool pass_on_body();
  void pass_over_body();
  Awaitable<void> send_pieces();
  void frame(std::string& piece);
  void cut();
  void leave_streams();
  void expect_progress(std::chrono::seconds within);
  void compose();
  bool write_now();
  void open_websocket();
  /// Named, not a lambda: GCC 12 destroys a captured temporary in a co_await expression twice.
  struct Wait {
    Session* session;
    template <class CompletionHandler>
    void operator()(CompletionHandler&& handler) const {
      session->waiter_.emplace(std::forward<CompletionHandler>(handler));
    }
  };

  Transport socket_;
  IoThread& io_;
  const IpAddress peer_;
  const bool trusted_proxy_;
  boost::beast::flat_buffer in_;
  std::optional<Parser> parser_;
  Router::Match match_;
  std::size_t head_fields_ = 0;
  Deadline deadline_ = Deadline::max();
  bool idle_ = true;         // between requests: may be closed without loss
  bool head_complete_ = false;
  bool may_skip_line_ = true;  // before a request
  bool keep_alive_ = true;
  bool linger_ = false;      // the client may still be sending: read it out before closing, or it never sees the answer
  bool counted_ = true;      // in the connection table
  std::optional<Upgrade> upgrade_;
  bool streams_body_ = false;          // the request at hand
  std::shared_ptr<BodyQueue> body_;
  std::shared_ptr<AnswerQueue> pieces_;
  std::optional<Response> refusal_;    // of a streamed body: goes before what the handler answers
  std::optional<Response> response_;
  std::uint8_t code_ = 0;
  bool handed_out_ = false;  // somebody else may be about to answer
  std::optional<asio::any_completion_handler<void()>> waiter_;
  std::string out_;
  std::array<asio::const_buffer, 2> out_buffers_;
};

/// The life of a connection, from its first request to its end.
Awaitable<void> serve(std::unique_ptr<Session> session);
/// The same over TLS: first the handshake, which has as long as a request's head.
Awaitable<void> serve_tls(std::unique_ptr<Session> session);

}  // namespace pico::http
