#pragma once
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>

#include "asio_types.hpp"
#include "pico/tls/connection.hpp"

namespace pico::http {

/// A connection's socket, with TLS on it or without: with what sessions and Beast use of Asio's sockets. Which of both is decided anew at each
/// call (decisions/0017): a plain connection pays for that with one comparison, and there is one session for both.
/// Moving it while something waits is not possible, as with a socket.
template <class SocketType>
class BasicTransport {
 public:
  using executor_type = typename SocketType::executor_type;
  using next_layer_type = SocketType;
  using lowest_layer_type = typename SocketType::lowest_layer_type;
  using Error = boost::system::error_code;

  /// The socket must be non-blocking. `tls` works on its descriptor; null: plain.
  explicit BasicTransport(SocketType socket, std::unique_ptr<tls::Connection> tls = nullptr)
      : socket_(std::move(socket)), tls_(std::move(tls)) {}
  /// The same connection on another kind of executor.
  template <class Other>
  explicit BasicTransport(BasicTransport<Other>&& other) : socket_(std::move(other.socket_)), tls_(std::move(other.tls_)) {}
  BasicTransport(BasicTransport&&) noexcept = default;
  BasicTransport& operator=(BasicTransport&&) = delete;
  ~BasicTransport() {
    if (tls_ && socket_.is_open()) tls_->say_good_bye();
  }

  executor_type get_executor() { return socket_.get_executor(); }
  SocketType& next_layer() { return socket_; }
  const SocketType& next_layer() const { return socket_; }
  lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  /// For the handshake, which goes before anything else; null: plain.
  [[nodiscard]] tls::Connection* tls() { return tls_.get(); }
  static bool waits(const tls::Connection::Step& step) {
    return step.outcome == tls::Connection::Outcome::wants_read || step.outcome == tls::Connection::Outcome::wants_write;
  }
  /// What the socket must be waited for.
  static auto awaited(const tls::Connection::Step& step) {
    return step.outcome == tls::Connection::Outcome::wants_read ? SocketType::wait_read : SocketType::wait_write;
  }

  void cancel(Error& error) { socket_.cancel(error); }
  void close(Error& error) {
    if (tls_ && socket_.is_open()) tls_->say_good_bye();
    socket_.close(error);
  }
  /// Closes it in a way that cannot be taken for an end: by a reset, and without TLS' good-bye.
  void reset(Error& error) {
    socket_.set_option(asio::socket_base::linger(true, 0), error);
    socket_.close(error);
  }
  /// Nothing is sent any more.
  void shutdown_send(Error& error) {
    if (tls_ && socket_.is_open()) tls_->say_good_bye();
    socket_.shutdown(SocketType::shutdown_send, error);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (!tls_) return socket_.async_read_some(buffers, std::forward<Token>(token));
    return asio::async_compose<Token, void(Error, std::size_t)>(Transfer<asio::mutable_buffer>{this, first_of<asio::mutable_buffer>(buffers)}, token, socket_);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (!tls_) return socket_.async_write_some(buffers, std::forward<Token>(token));
    return asio::async_compose<Token, void(Error, std::size_t)>(Transfer<asio::const_buffer>{this, first_of<asio::const_buffer>(buffers)}, token, socket_);
  }

  /// What can be written at once; asio::error::would_block: nothing.
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, Error& error) {
    if (!tls_) return socket_.write_some(buffers, error);
    std::size_t written = 0;
    for (auto buffer = asio::buffer_sequence_begin(buffers); buffer != asio::buffer_sequence_end(buffers); ++buffer) {
      for (asio::const_buffer rest(*buffer); rest.size() > 0;) {
        const auto step = transfer(rest);
        if (step.outcome != tls::Connection::Outcome::done) {
          if (written == 0) error = error_of(step);
          return written;
        }
        written += step.bytes;
        rest += step.bytes;
      }
    }
    return written;
  }

 private:
  template <class Other>
  friend class BasicTransport;
  using Step = tls::Connection::Step;
  using Outcome = tls::Connection::Outcome;

  static Error error_of(const Step& step) {
    switch (step.outcome) {
      case Outcome::done: return {};
      case Outcome::ended: return asio::error::eof;
      case Outcome::failed: return asio::error::connection_reset;
      default: return asio::error::would_block;
    }
  }
  // TLS keeps the number of a socket that has been closed, and it may be another connection's by now.
  Step transfer(const asio::mutable_buffer& buffer) { return is_open() ? tls_->read(buffer.data(), buffer.size()) : Step{Outcome::failed}; }
  Step transfer(const asio::const_buffer& buffer) { return is_open() ? tls_->write(buffer.data(), buffer.size()) : Step{Outcome::failed}; }

  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    for (auto buffer = asio::buffer_sequence_begin(buffers); buffer != asio::buffer_sequence_end(buffers); ++buffer)
      if (Buffer(*buffer).size() > 0) return *buffer;
    return {};
  }

  /// One read or write of one buffer, however often the socket must be waited for.
  template <class Buffer>
  struct Transfer {
    BasicTransport* transport;
    Buffer buffer;
    bool begun = false, over = false;
    Step step{Outcome::done};

    template <class Self>
    void operator()(Self& self, const Error& error = {}) {
      if (over) return self.complete(error_of(step), step.bytes);
      if (error) return self.complete(error, 0);
      if (buffer.size() > 0) step = transport->transfer(buffer);
      const bool first = !std::exchange(begun, true);
      if (waits(step)) return transport->socket_.async_wait(awaited(step), std::move(self));
      if (!first) return self.complete(error_of(step), step.bytes);
      over = true;  // whoever asks must not be called from within the asking
      auto& socket = transport->socket_;
      asio::post(socket.get_executor(), std::move(self));
    }
  };

  SocketType socket_;
  std::unique_ptr<tls::Connection> tls_;
};

using Transport = BasicTransport<Socket>;

/// How Beast's WebSockets end a connection: TLS says good-bye; what still comes is read past it.
template <class SocketType>
void teardown(boost::beast::role_type role, BasicTransport<SocketType>& transport, boost::system::error_code& error) {
  transport.shutdown_send(error);
  boost::beast::websocket::teardown(role, transport.next_layer(), error);
}
template <class SocketType, class Handler>
void async_teardown(boost::beast::role_type role, BasicTransport<SocketType>& transport, Handler&& handler) {
  boost::system::error_code ignored;
  transport.shutdown_send(ignored);
  boost::beast::websocket::async_teardown(role, transport.next_layer(), std::forward<Handler>(handler));
}

}  // namespace pico::http
