#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "openssl.hpp"

namespace pico::http {

/// A TCP client that can speak TLS. Gives up after some seconds.
class TlsClient {
 public:
  enum class Buffers { usual, small };  ///< small ones on both sides: segments of a few hundred bytes keep the server's from growing

  explicit TlsClient(const std::string& address, Buffers buffers = Buffers::usual) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (buffers == Buffers::small) {
      const int segment = 536, room = 4096;
      ::setsockopt(socket_, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~TlsClient() {
    ssl_.reset();
    if (socket_ >= 0) ::close(socket_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool shake_hands() {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_);
    return SSL_connect(ssl_.get()) == 1;
  }
  void send_plain(std::string_view bytes) { ASSERT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size())); }
  void send(std::string_view bytes) { ASSERT_EQ(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())), static_cast<int>(bytes.size())); }
  /// As a record of its own, unless that would have to be waited for: then it must be the same bytes the next time.
  bool try_send(std::string_view bytes) {
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
    const auto sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    ::fcntl(socket_, F_SETFL, 0);
    return sent == static_cast<int>(bytes.size());
  }
  /// `bytes` more, or fewer before the end.
  void receive_more(std::size_t bytes) {
    for (const auto enough = received_.size() + bytes; received_.size() < enough && more();) continue;
  }
  /// Until what came holds the text, or nothing comes any more.
  std::string receive(std::string_view until) {
    while (received_.find(until) == std::string::npos && more()) continue;
    return received_;
  }
  std::string receive_all() {
    while (more()) continue;
    return received_;
  }
  [[nodiscard]] const std::string& received() const { return received_; }
  /// Ends the connection as a client does that dies.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ssl_.reset();
    ::close(std::exchange(socket_, -1));
  }
  /// Whether the server said good-bye before it closed.
  bool good_bye() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

 private:
  bool more() {
    char buffer[16384];
    const auto n = ssl_ ? SSL_read(ssl_.get(), buffer, sizeof buffer) : static_cast<int>(::recv(socket_, buffer, sizeof buffer, 0));
    if (n <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }
  int socket_ = -1;
  std::unique_ptr<SSL_CTX, tls::FreeBy<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, tls::FreeBy<SSL_free>> ssl_;
  std::string received_;
};

}  // namespace pico::http
