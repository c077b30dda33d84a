#pragma once
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "pico/http/pipes.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::http {

namespace asio = boost::asio;
class Session;

/// What lies between a session on its io thread and the thread that streams. The session leaves it before it ends; until then the other
/// side may wake it.
class StreamQueue : public std::enable_shared_from_this<StreamQueue> {
 public:
  /// `counted_in` counts the queues that a session has to do with.
  StreamQueue(Session& session, asio::io_context& context, metrics::Gauge& counted_in)
      : context_(context), counted_in_(counted_in), session_(&session) {
    counted_in.Increment();
  }
  virtual ~StreamQueue() = default;
  StreamQueue(const StreamQueue&) = delete;
  StreamQueue& operator=(const StreamQueue&) = delete;

  /// On the io thread: the session takes no part any more. Whoever waits is told.
  void leave();

 protected:
  /// Lets the session go on if it waits for this queue. With the lock held.
  void wake_session();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string bytes_;             // guarded by mutex_
  bool session_waits_ = false;    // guarded by mutex_
  bool left_ = false;             // guarded by mutex_

 private:
  asio::io_context& context_;     // lives while the session does
  metrics::Gauge& counted_in_;    // likewise
  Session* session_;              // for the io thread alone
};

/// A body on its way from the session to whoever reads it.
class BodyQueue final : public StreamQueue, public BodyPipe {
 public:
  using StreamQueue::StreamQueue;

  std::string_view read() override;

  /// On the io thread. More than fits is taken, too: full() is asked before more is read from the socket.
  void push(std::string_view piece);
  /// On the io thread: all of the body has been pushed.
  void end();
  /// On the io thread. True: the session is woken once something has been read.
  [[nodiscard]] bool full();

  /// With what one read from the socket may add, no more than 256 KiB.
  static constexpr std::size_t capacity = 192 * 1024;

 private:
  std::string piece_;    // what read() gave
  bool ended_ = false;   // guarded by mutex_
};

/// An answer on its way from whoever makes it to the session.
class AnswerQueue final : public StreamQueue {
 public:
  enum class State : std::uint8_t { going_on, finished, aborted };
  using StreamQueue::StreamQueue;

  [[nodiscard]] bool write(std::string_view piece);
  void end(State how);

  /// On the io thread: takes what there is. Nothing while it is going on: the session is woken when that has changed.
  [[nodiscard]] State take(std::string& bytes);

  static constexpr std::size_t capacity = 64 * 1024;

 private:
  State state_ = State::going_on;  // guarded by mutex_
};

/// What the maker of an answer holds.
class AnswerWriter final : public AnswerPipe {
 public:
  explicit AnswerWriter(std::shared_ptr<AnswerQueue> queue) : queue_(std::move(queue)) {}
  ~AnswerWriter() override { queue_->end(AnswerQueue::State::aborted); }
  AnswerWriter(const AnswerWriter&) = delete;
  AnswerWriter& operator=(const AnswerWriter&) = delete;

  bool write(std::string_view piece) override { return queue_->write(piece); }
  void finish() override { queue_->end(AnswerQueue::State::finished); }
  void abort() override { queue_->end(AnswerQueue::State::aborted); }

 private:
  const std::shared_ptr<AnswerQueue> queue_;
};

}  // namespace pico::http
