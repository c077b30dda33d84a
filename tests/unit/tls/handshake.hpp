#pragma once
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "openssl.hpp"
#include "pico/tls/connection.hpp"

namespace pico::tls {

/// The other side of the server's connections, by OpenSSL, over a pair of sockets.
using Context = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, FreeBy<SSL_free>>;
using Session = std::unique_ptr<SSL_SESSION, FreeBy<SSL_SESSION_free>>;

struct Sockets {
  Sockets() {
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
    signal(SIGPIPE, SIG_IGN);
  }
  ~Sockets() {
    for (const int end : ends) ::close(end);
  }
  int ends[2];  // the server's, the client's
};

/// Both sides in turns until the client is through, or nobody gets on. The tickets are read, too.
inline bool shake_hands(SSL* client, Connection& server) {
  using Outcome = Connection::Outcome;
  bool client_done = false, server_done = false;
  for (int turn = 0; turn < 20 && !(client_done && server_done); ++turn) {
    client_done = client_done || SSL_connect(client) == 1;
    const auto step = server_done ? Connection::Step{Outcome::done} : server.handshake();
    if (step.outcome == Outcome::failed) return false;
    server_done = step.outcome == Outcome::done;
  }
  char byte = 0;
  SSL_read(client, &byte, 1);
  return client_done && server_done;
}

inline Ssl client(const Sockets& sockets, SSL_CTX* context) {
  Ssl ssl(SSL_new(context));
  SSL_set_fd(ssl.get(), sockets.ends[1]);
  return ssl;
}

}  // namespace pico::tls
