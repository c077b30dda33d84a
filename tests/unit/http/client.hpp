#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

namespace pico::http {

/// A raw TCP client: what hostile clients send cannot be said through an HTTP library.
class Client {
 public:
  /// `from`: the client's own address; null: the system's choice.
  explicit Client(const std::string& address, const char* from = nullptr) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (from != nullptr) {
      sockaddr_in own{};
      own.sin_family = AF_INET;
      own.sin_addr.s_addr = inet_addr(from);
      EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Client() {
    if (socket_ >= 0) ::close(socket_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// As much as goes out before the server stops taking it for a while; all of it otherwise.
  std::size_t send_until_full(std::string_view bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      pollfd ready{socket_, POLLOUT, 0};
      if (::poll(&ready, 1, 1000) <= 0) break;
      const auto n = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0) break;
      sent += static_cast<std::size_t>(n);
    }
    return sent;
  }
  /// False: the server has ended the connection.
  bool try_send(std::string_view bytes) { return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()); }
  /// The next `count` bytes, or what came before the end.
  std::string receive_bytes(std::size_t count) {
    while (received_.size() < count && more()) continue;
    return received_;
  }
  /// Until that has come, or the connection has ended.
  std::string receive_to(std::string_view end) {
    while (received_.find(end) == std::string::npos && more()) continue;
    return received_;
  }
  /// Says that nothing more will be sent.
  void end_sending() { ::shutdown(socket_, SHUT_WR); }
  void close() { ::close(std::exchange(socket_, -1)); }

  void send(std::string_view bytes) { ASSERT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size())); }

  /// Until `count` answers with their bodies have come, or the connection has ended.
  std::string receive(int count = 1) {
    for (std::size_t at = 0; count > 0; --count) {
      std::size_t head = std::string::npos;
      while ((head = received_.find("\r\n\r\n", at)) == std::string::npos)
        if (!more()) return received_;
      const auto length_at = received_.find("Content-Length: ", at);
      const std::size_t length = length_at < head ? std::stoul(received_.substr(length_at + 16)) : 0;
      at = head + 4 + length;
      while (received_.size() < at)
        if (!more()) return received_;
    }
    return received_;
  }
  /// Everything until the server ends the connection.
  std::string receive_all() {
    while (more()) continue;
    return received_;
  }
  bool connected() const { return connected_; }

 private:
  bool more() {
    char buffer[4096];
    const auto n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }
  int socket_ = -1;
  bool connected_ = false;
  std::string received_;
};

}  // namespace pico::http
