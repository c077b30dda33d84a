#pragma once
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace pico::test {

/// A port that takes connections and never says a word, like a server that hangs.
class SilentServer {
 public:
  SilentServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bind(socket_, reinterpret_cast<sockaddr*>(&address), length);
    listen(socket_, 16);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  [[nodiscard]] std::string port() const { return std::to_string(port_); }
  /// Patient, so that whoever waits for it waits for ever. The name is resolved, too.
  [[nodiscard]] std::string conninfo() const { return "host=localhost port=" + port() + " user=x dbname=x connect_timeout=0"; }
  /// Waits until somebody has connected. The caller keeps the connection, and closes it.
  [[nodiscard]] int take_client() const { return accept(socket_, nullptr, nullptr); }

 private:
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
};

}  // namespace pico::test
