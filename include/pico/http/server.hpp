#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pico/core/result.hpp"
#include "pico/http/client_address.hpp"
#include "pico/http/router.hpp"
#include "pico/tls/server_contexts.hpp"

namespace pico::http {

/// What bounds a listener's connections. Deadlines are per phase, not per read: a client that sends a byte now and then gains nothing.
struct Limits {
  std::size_t max_connections = 20'000;
  std::size_t max_connections_per_client = 1'000;  ///< by /64 for IPv6; trusted proxies are exempt
  std::size_t max_head_bytes = 16 * 1024;
  std::chrono::seconds head_timeout{10};   ///< from the first byte of a request to the end of its head
  std::chrono::seconds body_timeout{15};   ///< for the body; for each 16 KiB of one that is streamed
  std::chrono::seconds idle_timeout{75};   ///< between requests
  std::chrono::seconds write_timeout{30};  ///< for an answer; for each 64 KiB of one that is sent in pieces
};

struct ListenerOptions {
  std::string address;  ///< `:8080`, `127.0.0.1:0`, `[::1]:8080`
  unsigned threads = 1;
  Limits limits;
  ClientAddressRule client_address;
  /// TLS on every connection, with what this has at the time; it must outlive the server. Null: plain HTTP.
  const tls::ServerContexts* tls = nullptr;
};

/// A listener: `threads` io threads, each with an io_context and a SO_REUSEPORT acceptor of its own. A session stays on the thread
/// that accepted it. Owns its threads, sockets and sessions. The router must outlive it and be complete before start().
class Server {
 public:
  Server(ListenerOptions options, const Router& router, metrics::Registry& registry, std::string name);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and listens; nothing is accepted yet. Errc::conflict when the port is taken, Errc::invalid for a malformed address.
  Result<void> listen();
  /// Starts the io threads.
  void start();
  /// `127.0.0.1:8080`, with the port that was really taken.
  [[nodiscard]] std::string address() const;

  /// Ends accepting; requests under way are answered with `Connection: close`, also those that come within the next half second over
  /// connections that are open. Then idle connections are closed.
  void stop_accepting();
  /// After stop_accepting(): waits until every session has ended, and closes what is still open when time is up. A session whose handler has
  /// not answered yet stays until it has.
  void end_sessions(std::chrono::steady_clock::time_point until);
  /// Both of these, then ends the io threads: waits for handlers that have not answered, however long that takes. So what they wait for is to
  /// be cut off before, where it may not come.
  void stop(std::chrono::milliseconds at_most);

  [[nodiscard]] std::size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::http
