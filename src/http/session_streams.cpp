// Bodies that are passed on while they come, and answers that are sent while they are made.
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cassert>
#include <charconv>

#include "session.hpp"

namespace pico::http {
namespace {

constexpr std::size_t read_size = BodyQueue::capacity / 3;
constexpr std::size_t kept_buffer = 16 * 1024;  ///< a larger one is given back after its body
/// How much of a body makes its deadline start anew. A client that sends a byte now and then must not hold a reading thread for ever.
constexpr std::size_t progress = 16 * 1024;

constexpr asio::use_awaitable_t<Executor> use_awaitable{};

}  // namespace

std::shared_ptr<AnswerPipe> Session::answer_in_pieces(Response head) {
  if (io_.context().get_executor().running_in_this_thread()) handed_out_ = true;  // elsewhere the handler has given it away before
  auto queue = std::make_shared<AnswerQueue>(*this, io_.context(), io_.shared().metrics.streams);
  auto pipe = std::make_shared<AnswerWriter>(queue);
  auto hand_over = [this, queue, answer = std::move(head)]() mutable {
    response_ = std::move(answer);
    pieces_ = std::move(queue);
    resume();
  };
  asio::post(io_.context(), std::move(hand_over));
  return pipe;
}

std::shared_ptr<BodyPipe> Session::body() {
  assert(body_ != nullptr);
  return body_;
}

void Session::leave_streams() {
  if (body_ != nullptr) body_->leave();
  if (pieces_ != nullptr) pieces_->leave();
  body_.reset();
  pieces_.reset();
}

/// The client has to do something, and has not failed to yet: it is not one that others must make room for.
void Session::expect_progress(std::chrono::seconds within) {
  deadline_ = std::chrono::steady_clock::now() + within;
  io_.waits(*this);
}

/// Until the whole body has been passed on, or will never be, or the handler has answered without it.
Awaitable<void> Session::receive_body() {
  const auto timeout = io_.shared().options.limits.body_timeout;
  if (!response_) invite_body();
  expect_progress(timeout);
  for (std::size_t since = 0; !response_ && !pass_on_body();) {
    if (body_->full()) {
      deadline_ = Deadline::max();
      co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(Wait{this}, use_awaitable);
      expect_progress(timeout);
      since = 0;
      continue;
    }
    const asio::mutable_buffer room = in_.prepare(read_size);
    const auto [error, received] = co_await socket_.async_read_some(room, no_throw);
    in_.commit(received);
    if (error && !response_) {
      close();
      body_->leave();
      break;
    }
    since += received;
    if (since >= progress) {
      expect_progress(timeout);
      since = 0;
    }
  }
  deadline_ = Deadline::max();
  if (response_) pass_over_body();
  if (in_.capacity() > kept_buffer) in_.shrink_to_fit();
}

/// Passes on what has been received. True: no more of the body will follow.
bool Session::pass_on_body() {
  streams_body_ = false;  // parse() must go on to the body
  const bool complete = parse() == Parse::complete;
  if (!response_ && complete && has_trailers()) reject(400, "trailer fields are not taken");
  if (response_) {  // as parse() is the only one that can have answered
    refusal_ = std::exchange(response_, std::nullopt);
    body_->leave();
    return true;
  }
  auto& body = parser_->get().body();
  body_->push(body);
  body.clear();
  if (complete) body_->end();
  return complete;
}

/// The answer did not wait for the body's end. What has come of it is skipped; if that is not all, what follows cannot be read as a request.
void Session::pass_over_body() {
  body_->leave();
  streams_body_ = false;
  auto answer = std::exchange(response_, std::nullopt);
  const bool whole = parse() == Parse::complete && !response_ && !has_trailers();
  response_ = std::move(answer);
  if (whole) return;
  response_->close = true;
  linger_ = true;
}

/// Sends the head, which is composed, and then what the queue gives.
Awaitable<void> Session::send_pieces() {
  using State = AnswerQueue::State;
  std::string piece;
  auto state = request_.method == Method::head ? State::finished : State::going_on;
  for (;;) {
    expect_progress(io_.shared().options.limits.write_timeout);
    if (!write_now()) {
      const auto [error, written] = co_await asio::async_write(socket_, out_buffers_, no_throw);
      if (error) close();
    }
    if (state == State::finished || !socket_.is_open()) break;
    deadline_ = Deadline::max();
    while ((state = pieces_->take(piece)) == State::going_on && piece.empty())
      co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(Wait{this}, use_awaitable);
    if (state == State::aborted) {
      cut();
      break;
    }
    frame(piece);
  }
  pieces_->leave();
}

/// Makes a chunk of the next piece; of an empty one, the last.
void Session::frame(std::string& piece) {
  out_.clear();
  if (parser_->get().version() >= 11) {
    char size[16];
    const auto digits = std::to_chars(size, size + sizeof size, piece.size(), 16);
    out_.append(size, digits.ptr).append("\r\n");
    piece += "\r\n";
  }
  out_buffers_ = {asio::buffer(out_), asio::buffer(piece)};
}

/// By a reset: even a client of HTTP/1.0, for which an end is as good as any, sees that this one is none.
void Session::cut() {
  boost::system::error_code ignored;
  socket_.reset(ignored);
}

}  // namespace pico::http
