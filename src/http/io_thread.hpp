#pragma once
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "asio_types.hpp"
#include "connection_table.hpp"
#include "metrics.hpp"
#include "pico/http/server.hpp"
#include "request_body.hpp"

namespace pico::http {

class Session;
class WebSocketSession;

/// What all io threads of a listener share. Read-only but for the members that synchronise themselves.
struct Shared {
  const ListenerOptions options;
  const Router& router;
  Metrics metrics;
  std::optional<HandshakeMetrics> handshakes;  // of a listener with TLS
  ConnectionTable connections;
  std::atomic<bool> warned_of_forwarding{false};
  std::atomic<std::size_t> websockets{0};
};

/// One io_context with one thread, its acceptor and its sessions. All members are for that thread, except where it says otherwise.
/// A timer ticks once a second: it closes sessions past their deadline and renews the Date header.
class IoThread {
 public:
  explicit IoThread(Shared& shared);
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// Before run(): takes over a listening socket.
  void listen_on(Acceptor acceptor);
  /// The thread's body; returns when stopping and the last session has ended.
  void run();

  /// From any thread: hands an exchange whose outcome is known back to its session. Lock-free; many exchanges share one wake-up.
  void finished(Session* session) noexcept;
  /// From any thread.
  void stop_accepting();
  /// From any thread: closes every socket.
  void close_all();
  /// From any thread: waits until stop_accepting() has been called and no session is left. False: time is up.
  bool wait_idle(std::chrono::steady_clock::time_point until);

  void add(Session& session);
  void remove(Session& session);
  void add(WebSocketSession& session);
  void remove(WebSocketSession& session);
  /// Serves a connection whose TLS handshake is done.
  void serve(std::unique_ptr<Session> session);
  /// Lets it answer the handshake and serve.
  void start(const std::shared_ptr<WebSocketSession>& session, ParsedRequest handshake);
  /// A session begins to wait for a request: from here its time counts for make_room().
  void waits(Session& session);
  [[nodiscard]] asio::io_context& context() { return context_; }
  [[nodiscard]] Shared& shared() { return shared_; }
  /// From here on answers end their connections.
  [[nodiscard]] bool stopping() const { return stopping_; }
  /// And from here on nothing more is waited for.
  [[nodiscard]] bool last_call_over() const { return last_call_over_; }
  /// The whole header line `Date: …\r\n`.
  [[nodiscard]] std::string_view date_header() const { return date_header_; }

 private:
  Awaitable<void> accept_loop();
  void take(Socket socket);
  void open_session(Socket socket);
  bool make_room();
  void tick();
  void close_overdue();
  void take_those_in_line();
  void close_idle();
  void resume_finished();
  void note_if_idle();

  Shared& shared_;
  asio::io_context context_{1};
  std::optional<asio::executor_work_guard<Executor>> work_;
  std::optional<Acceptor> acceptor_;
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Timer ticker_, last_call_;
  struct Sessions;
  std::shared_ptr<Sessions> sessions_;
  std::string date_header_;
  bool accepting_ = false, stopping_ = false, last_call_over_ = false;
  std::atomic<Session*> finished_{nullptr};  // any thread pushes, the io thread takes all

  std::mutex idle_mutex_;
  std::condition_variable idle_changed_;
  bool idle_ = false;  // guarded by idle_mutex_
};

}  // namespace pico::http
