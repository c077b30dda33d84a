#pragma once
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <stop_token>

#include "pico/storage/connection.hpp"
#include "pqxx_session.hpp"

namespace pico::storage {

/// The socket of a session once more, so that it can be cut from another thread: libpq's own number may be closed, and taken by
/// another file, at any moment.
class Line {
 public:
  explicit Line(int socket) : socket_(fcntl(socket, F_DUPFD_CLOEXEC, 0)) {}
  ~Line() { close(socket_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Whoever waits for the server sees the end of the line at once.
  void cut() const { shutdown(socket_, SHUT_RDWR); }

 private:
  int socket_;
};

struct Connection::Impl {
  Impl(PGconn* session, const std::stop_token& stop);

  /// The error for a message of the server (terse, one line) and its SQLSTATE; marks the session lost when it is.
  DatabaseError error(std::string_view sqlstate, std::string_view message);
  [[nodiscard]] DatabaseError lost_error();

  std::unique_ptr<PqxxConnection> connection;
  PGconn* native;  // owned by `connection`; not to be touched once lost
  std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> canceller;
  Line line;
  std::stop_callback<std::function<void()>> cut_off;
  bool lost = false;
};

}  // namespace pico::storage
