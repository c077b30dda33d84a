#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "io_thread.hpp"
#include "pico/http/websocket.hpp"
#include "request_body.hpp"
#include "transport.hpp"

namespace pico::http {

/// What a handler wants a connection to become.
struct Upgrade {
  std::unique_ptr<WebSocketProtocol> protocol;
  WebSocketOptions options;
};

class WebSocketSession;

/// What other threads hold of a WebSocket. It only leads to the session on the session's thread, so that the session ends there.
class WebSocketHandle final : public WebSocket {
 public:
  WebSocketHandle(asio::io_context& context, std::weak_ptr<WebSocketSession> session) : context_(context), session_(std::move(session)) {}

  void answer(std::string text) override;
  void push(std::uint64_t topic, std::shared_ptr<const std::string> text) override;
  void forget(std::uint64_t topic) override;
  /// The oldest message that waits; null: none.
  std::shared_ptr<const std::string> take();

 private:
  struct Message {
    std::uint64_t topic;
    std::shared_ptr<const std::string> text;
  };
  asio::io_context& context_;
  const std::weak_ptr<WebSocketSession> session_;
  std::mutex mutex_;
  std::vector<Message> waiting_;  // guarded by mutex_; max_waiting at most, so that looking through it is quick
  bool posted_ = false;           // guarded by mutex_; the session knows that something waits
};

/// A WebSocket on its io thread: serve_websocket() reads, one message at a time; writes follow each other, one at a time. Takes the
/// connection's place in the connection table over from the HTTP session.
class WebSocketSession final : public std::enable_shared_from_this<WebSocketSession>, public boost::intrusive::list_base_hook<> {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  WebSocketSession(Transport transport, IoThread& io, const IpAddress& peer, bool trusted_proxy, Upgrade upgrade);
  ~WebSocketSession();
  WebSocketSession(const WebSocketSession&) = delete;
  WebSocketSession& operator=(const WebSocketSession&) = delete;

  /// Ends the connection at once.
  void close();
  /// Says good-bye (1001) once what is under way has been answered, and waits a moment for the other side to do the same.
  void go_away();
  [[nodiscard]] bool overdue(Deadline now) const { return deadline_ < now; }

 private:
  friend class WebSocketHandle;
  friend Awaitable<void> serve_websocket(std::shared_ptr<WebSocketSession> session, ParsedRequest request);
  // Without compression, whose memory is 300 kB a socket. On the generic executor: with another one Beast 1.81 has faults.
  using Stream = boost::beast::websocket::stream<BasicTransport<asio::ip::tcp::socket>, false>;
  struct Wait;
  struct Written;

  void receive();
  void finish_message(std::string text);
  void resume_reading();
  void write_next();
  void written(const boost::system::error_code& error);
  void say_good_bye(boost::beast::websocket::close_code code);

  Stream stream_;
  IoThread& io_;
  const IpAddress peer_;
  const bool trusted_proxy_;
  const std::unique_ptr<WebSocketProtocol> protocol_;
  boost::beast::flat_buffer in_;
  Deadline deadline_ = Deadline::max();
  bool open_ = false;        // from the handshake to the last read
  bool busy_ = false;        // a message is being dealt with
  bool leaving_ = false;     // says good-bye when it is not busy any more
  bool said_good_bye_ = false;
  bool writing_answer_ = false;
  std::optional<std::string> answer_;
  std::shared_ptr<const std::string> out_;  // being written
  std::optional<asio::any_completion_handler<void()>> reader_;  // waits for the message to be answered
  std::shared_ptr<WebSocketHandle> handle_;
};

/// The life of a WebSocket, from the handshake on.
Awaitable<void> serve_websocket(std::shared_ptr<WebSocketSession> session, ParsedRequest request);

}  // namespace pico::http
