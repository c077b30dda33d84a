#include "io_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "session.hpp"
#include "websocket_session.hpp"

namespace pico::http {
namespace {

constexpr std::chrono::seconds tick_interval{1};
constexpr std::chrono::milliseconds accept_pause{100};
/// At a stop, how long a connection that stays open may still bring the request that is on its way. It is answered, with a
/// `Connection: close`; without this, whoever asked at that very moment would see the connection reset.
constexpr std::chrono::milliseconds last_call{500};
constexpr int candidates_to_evict = 64;  ///< how many connections are looked at for one that can go

IpAddress to_ip(const asio::ip::address& address) {
  return address.is_v4() ? IpAddress::v4(address.to_v4().to_bytes()) : IpAddress::v6(address.to_v6().to_bytes());
}

std::string make_date_header() {
  char text[64];
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  const auto size = std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);  // the C locale: never set otherwise
  return {text, size};
}

/// Logs what only a bug can bring about; a session's ordinary ends are return values.
struct LogException {
  void operator()(const std::exception_ptr& thrown) const {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      spdlog::error("a connection ended by an exception of type {}", typeid(error).name());
    } catch (...) {
      spdlog::error("a connection ended by an unknown exception");
    }
  }
};

}  // namespace

struct IoThread::Sessions {
  boost::intrusive::list<Session> list;
  boost::intrusive::list<WebSocketSession> websockets;
};

IoThread::IoThread(Shared& shared)
    : shared_(shared), work_(asio::make_work_guard(context_)), ticker_(context_), last_call_(context_), sessions_(std::make_shared<Sessions>()),
      date_header_(make_date_header()) {}

void IoThread::listen_on(Acceptor acceptor) {
  acceptor_.emplace(std::move(acceptor));
  accepting_ = true;
  auto accepted_all = [this](const std::exception_ptr& thrown) {
    LogException{}(thrown);
    accepting_ = false;
    note_if_idle();
  };
  asio::co_spawn(context_, accept_loop(), std::move(accepted_all));
  tick();
}

void IoThread::run() { context_.run(); }

Awaitable<void> IoThread::accept_loop() {
  while (!stopping_) {
    auto [error, socket] = co_await acceptor_->async_accept(no_throw);
    if (!error) {
      take(std::move(socket));
    } else if (error == asio::error::operation_aborted) {
      co_return;
    } else if (error == asio::error::no_descriptors && make_room()) {
      shared_.metrics.accept_errors.Increment();
    } else {
      // Out of descriptors or memory, or a connection that was reset in the backlog: a pause, so as not to spin.
      shared_.metrics.accept_errors.Increment();
      Timer pause(context_, accept_pause);
      co_await pause.async_wait(no_throw);
    }
  }
}

/// What cannot be served for want of memory is closed. An exception would end the accepting for good, while the listening socket went on
/// to get its share of the connections.
void IoThread::take(Socket socket) {
  try {
    open_session(std::move(socket));
  } catch (...) {
    shared_.metrics.accept_errors.Increment();
    LogException{}(std::current_exception());
  }
}

void IoThread::open_session(Socket socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return;
  const auto peer = to_ip(endpoint.address());
  const bool exempt = contains(shared_.options.client_address.trusted_proxies, peer);
  auto entry = shared_.connections.enter(peer, exempt);
  if (entry == ConnectionTable::Entry::full && make_room()) entry = shared_.connections.enter(peer, exempt, true);
  if (entry != ConnectionTable::Entry::in) {
    shared_.metrics.refused.Increment();
    return;
  }
  struct Place {  // until there is a session that gives it back
    ConnectionTable* table;
    const IpAddress& peer;
    bool exempt;
    ~Place() {
      if (table != nullptr) table->leave(peer, exempt);
    }
  } place{&shared_.connections, peer, exempt};
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  socket.non_blocking(true, error);
  const auto* tls = shared_.options.tls;
  auto secured = tls == nullptr ? nullptr : tls->open(socket.native_handle());
  if (tls != nullptr && secured == nullptr) {  // there is no certificate yet
    shared_.metrics.refused.Increment();
    return;
  }
  auto session = std::make_unique<Session>(Transport(std::move(socket), std::move(secured)), *this, peer);
  place.table = nullptr;
  asio::co_spawn(context_, tls == nullptr ? http::serve(std::move(session)) : serve_tls(std::move(session)), LogException{});
}

void IoThread::serve(std::unique_ptr<Session> session) { asio::co_spawn(context_, http::serve(std::move(session)), LogException{}); }

/// Closes the connection that has kept us waiting for longest, whether idle or slow: a client that means well asks at once, so it
/// is never the oldest while others hold connections open for nothing. False: all that were looked at are being answered.
bool IoThread::make_room() {
  int left = candidates_to_evict;
  for (auto& session : sessions_->list) {
    if (session.waits_for_client()) {
      session.close();
      shared_.metrics.evicted.Increment();
      return true;
    }
    if (--left == 0) break;
  }
  return false;
}

void IoThread::tick() {
  date_header_ = make_date_header();
  close_overdue();
  ticker_.expires_after(tick_interval);
  ticker_.async_wait([this](boost::system::error_code error) {
    // Cancelling does not reach a wait that is over and only has its turn to come: it would begin another one, for ever.
    if (!error && work_) tick();
  });
}

void IoThread::close_overdue() {
  const auto now = std::chrono::steady_clock::now();
  for (auto& session : sessions_->list) {
    if (!session.overdue(now)) continue;
    if (!session.idle()) shared_.metrics.timeouts.Increment();
    session.close();
  }
  for (auto& session : sessions_->websockets) {
    if (!session.overdue(now)) continue;
    shared_.metrics.timeouts.Increment();
    session.close();
  }
}

void IoThread::finished(Session* session) noexcept {
  auto* head = finished_.load(std::memory_order_relaxed);
  do {
    session->next_finished = head;
  } while (!finished_.compare_exchange_weak(head, session, std::memory_order_release, std::memory_order_relaxed));
  if (head == nullptr) asio::post(context_, [this] { resume_finished(); });
}

void IoThread::resume_finished() {
  for (auto* session = finished_.exchange(nullptr, std::memory_order_acquire); session != nullptr;) {
    auto* next = session->next_finished;  // read first: resume() may end the session
    session->resume();
    session = next;
  }
}

void IoThread::add(Session& session) {
  sessions_->list.push_back(session);
  shared_.metrics.connections.Increment();
}

void IoThread::waits(Session& session) {
  auto& list = sessions_->list;
  list.splice(list.end(), list, list.iterator_to(session));
}

void IoThread::remove(Session& session) {
  sessions_->list.erase(sessions_->list.iterator_to(session));
  shared_.metrics.connections.Decrement();
  note_if_idle();
}

void IoThread::add(WebSocketSession& session) {
  sessions_->websockets.push_back(session);
  shared_.websockets.fetch_add(1, std::memory_order_relaxed);
  shared_.metrics.connections.Increment();
  shared_.metrics.websockets.Increment();
}

void IoThread::remove(WebSocketSession& session) {
  sessions_->websockets.erase(sessions_->websockets.iterator_to(session));
  shared_.websockets.fetch_sub(1, std::memory_order_relaxed);
  shared_.metrics.connections.Decrement();
  shared_.metrics.websockets.Decrement();
  note_if_idle();
}

void IoThread::start(const std::shared_ptr<WebSocketSession>& session, ParsedRequest handshake) {
  asio::co_spawn(context_, serve_websocket(session, std::move(handshake)), LogException{});
}

void IoThread::stop_accepting() {
  asio::post(context_, [this] {
    if (stopping_) return;
    stopping_ = true;
    take_those_in_line();
    for (auto& session : sessions_->websockets) session.go_away();
    last_call_.expires_after(last_call);
    last_call_.async_wait([this](boost::system::error_code error) {
      if (!error) close_idle();
    });
    note_if_idle();
  });
}

/// Closing the listener would reset the connections that the system has made and nobody has taken yet.
void IoThread::take_those_in_line() {
  if (!acceptor_) return;
  boost::system::error_code error;
  acceptor_->non_blocking(true, error);
  while (!error) {
    auto socket = acceptor_->accept(error);
    if (!error) take(std::move(socket));
  }
  acceptor_->close(error);
}

void IoThread::close_idle() {
  last_call_over_ = true;
  for (auto& session : sessions_->list)
    if (session.idle()) session.close();
}

void IoThread::close_all() {
  asio::post(context_, [this] {
    for (auto& session : sessions_->list) session.close();
    for (auto& session : sessions_->websockets) session.close();
  });
}

void IoThread::note_if_idle() {
  // A connection that the acceptor has taken last may not be a session yet.
  if (!stopping_ || accepting_ || !sessions_->list.empty() || !sessions_->websockets.empty()) return;
  ticker_.cancel();
  last_call_.cancel();
  work_.reset();
  const std::lock_guard lock(idle_mutex_);
  idle_ = true;
  idle_changed_.notify_all();
}

bool IoThread::wait_idle(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(idle_mutex_);
  return idle_changed_.wait_until(lock, until, [this] { return idle_; });
}

}  // namespace pico::http
