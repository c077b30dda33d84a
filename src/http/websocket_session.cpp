#include "websocket_session.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace pico::http {
namespace {

namespace websocket = boost::beast::websocket;

constexpr std::chrono::seconds good_bye_timeout{5};
constexpr std::size_t kept_buffer = 2048;  ///< a larger one is given back after its message

/// Beast would tell its version.
struct PlainHandshake {
  void operator()(websocket::response_type& response) const { response.set(boost::beast::http::field::server, "Picolytics"); }
};

}  // namespace

void WebSocketHandle::answer(std::string text) {
  auto finish = [weak = session_, text = std::move(text)]() mutable {
    if (const auto session = weak.lock()) session->finish_message(std::move(text));
  };
  asio::post(context_, std::move(finish));
}

void WebSocketHandle::push(std::uint64_t topic, std::shared_ptr<const std::string> text) {
  const std::lock_guard lock(mutex_);
  const auto unsent = std::find_if(waiting_.begin(), waiting_.end(), [&](const Message& one) { return one.topic == topic; });
  if (unsent != waiting_.end()) {
    unsent->text = std::move(text);
  } else {
    if (waiting_.size() >= max_waiting) waiting_.erase(waiting_.begin());
    waiting_.push_back({topic, std::move(text)});
  }
  if (std::exchange(posted_, true)) return;
  asio::post(context_, [weak = session_] {
    if (const auto session = weak.lock()) session->write_next();
  });
}

void WebSocketHandle::forget(std::uint64_t topic) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const Message& one) { return one.topic == topic; });
}

std::shared_ptr<const std::string> WebSocketHandle::take() {
  const std::lock_guard lock(mutex_);
  posted_ = false;
  if (waiting_.empty()) return nullptr;
  auto text = std::move(waiting_.front().text);
  waiting_.erase(waiting_.begin());
  return text;
}

WebSocketSession::WebSocketSession(Transport transport, IoThread& io, const IpAddress& peer, bool trusted_proxy, Upgrade upgrade)
    : stream_(std::move(transport)), io_(io), peer_(peer), trusted_proxy_(trusted_proxy), protocol_(std::move(upgrade.protocol)),
      in_(upgrade.options.max_message_bytes) {
  websocket::stream_base::timeout timeout{};
  timeout.handshake_timeout = good_bye_timeout;
  timeout.idle_timeout = upgrade.options.idle_timeout;
  timeout.keep_alive_pings = true;
  stream_.set_option(timeout);
  stream_.set_option(websocket::stream_base::decorator(PlainHandshake{}));
  stream_.read_message_max(upgrade.options.max_message_bytes);
  stream_.auto_fragment(false);
  stream_.text(true);
  io_.add(*this);
}

WebSocketSession::~WebSocketSession() {
  io_.remove(*this);
  io_.shared().connections.leave(peer_, trusted_proxy_);
}

void WebSocketSession::close() {
  boost::system::error_code ignored;
  stream_.next_layer().close(ignored);
}

void WebSocketSession::finish_message(std::string text) {
  if (text.empty()) return resume_reading();
  answer_ = std::move(text);
  write_next();
}

void WebSocketSession::resume_reading() {
  busy_ = false;
  if (leaving_) say_good_bye(websocket::close_code::going_away);
  if (!reader_) return;
  // Moved out first: the handler runs the coroutine on, which may wait again.
  auto reader = std::move(*reader_);
  reader_.reset();
  std::move(reader)();
}

/// Keeps the session until the write is done.
struct WebSocketSession::Written {
  std::shared_ptr<WebSocketSession> session;
  void operator()(const boost::system::error_code& error, std::size_t) const { session->written(error); }
};

void WebSocketSession::write_next() {
  if (out_ != nullptr || !open_ || said_good_bye_) {
    if (answer_ && !open_) resume_reading();
    return;
  }
  if (answer_) {
    writing_answer_ = true;
    out_ = std::make_shared<const std::string>(std::move(*answer_));
    answer_.reset();
  } else {
    out_ = handle_->take();
  }
  if (out_ == nullptr) return;
  deadline_ = std::chrono::steady_clock::now() + io_.shared().options.limits.write_timeout;
  stream_.async_write(asio::buffer(*out_), Written{shared_from_this()});
}

void WebSocketSession::written(const boost::system::error_code& error) {
  out_.reset();
  deadline_ = said_good_bye_ ? deadline_ : Deadline::max();
  if (error) close();
  const bool answered = std::exchange(writing_answer_, false);
  // An answer that came while this was being written will never be: whoever reads must not wait for that.
  const bool dropped = error && std::exchange(answer_, std::nullopt);
  if (answered || dropped) resume_reading();
  if (!error) write_next();
}

void WebSocketSession::go_away() {
  leaving_ = true;
  if (!busy_) say_good_bye(websocket::close_code::going_away);
}

void WebSocketSession::say_good_bye(websocket::close_code code) {
  if (said_good_bye_) return;
  if (!open_) return close();
  said_good_bye_ = true;
  deadline_ = std::chrono::steady_clock::now() + good_bye_timeout;
  const auto self = shared_from_this();
  stream_.async_close(code, [self](const boost::system::error_code&) { self->close(); });
}

/// Hands the message that has been read to the protocol.
void WebSocketSession::receive() {
  busy_ = true;
  const auto data = in_.cdata();
  protocol_->received({static_cast<const char*>(data.data()), data.size()});
  in_.consume(in_.size());
  if (in_.capacity() > kept_buffer) in_.shrink_to_fit();
}

/// Named, not a lambda: GCC 12 destroys a captured temporary in a co_await expression twice.
struct WebSocketSession::Wait {
  WebSocketSession* session;
  template <class CompletionHandler>
  void operator()(CompletionHandler&& handler) const {
    session->reader_.emplace(std::forward<CompletionHandler>(handler));
  }
};

Awaitable<void> serve_websocket(std::shared_ptr<WebSocketSession> session, ParsedRequest request) {
  constexpr asio::use_awaitable_t<Executor> use_awaitable{};
  {
    const auto [error] = co_await session->stream_.async_accept(request, no_throw);
    if (error) co_return;
  }
  session->open_ = true;
  session->handle_ = std::make_shared<WebSocketHandle>(session->io_.context(), session);
  session->protocol_->opened(session->handle_);
  if (session->leaving_) session->say_good_bye(websocket::close_code::going_away);
  for (;;) {
    const auto [error, size] = co_await session->stream_.async_read(session->in_, no_throw);
    if (error) break;
    if (!session->stream_.got_text()) {
      session->in_.consume(session->in_.size());
      session->say_good_bye(websocket::close_code::unknown_data);
      continue;  // until the other side has said good-bye, too
    }
    if (session->said_good_bye_) {
      session->in_.consume(session->in_.size());
      continue;
    }
    session->receive();
    co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(WebSocketSession::Wait{session.get()}, use_awaitable);
  }
  session->open_ = false;
  session->close();
  session->protocol_->closed();
}

}  // namespace pico::http
