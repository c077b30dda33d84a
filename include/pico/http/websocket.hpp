#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pico::http {

struct WebSocketOptions {
  std::size_t max_message_bytes = 128 * 1024;  ///< a larger message closes the socket with 1009
  /// Without a sign of life for this long the socket is closed; after half of it a ping asks for one.
  std::chrono::seconds idle_timeout{60};
};

/// An open WebSocket, for the protocol that speaks over it. The functions may be called from any thread for as long as the server
/// lives, also after the socket was closed (then they do nothing). Memory is bounded: one answer, one message that is being sent, and one
/// for each of max_waiting topics.
class WebSocket {
 public:
  /// When messages of more topics wait, the oldest is dropped.
  static constexpr std::size_t max_waiting = 64;

  virtual ~WebSocket() = default;

  /// Ends the message that received() was called with; an empty text says nothing. Must be called once for each message: the next one is
  /// not read before, nor before the answer has been written.
  virtual void answer(std::string text) = 0;

  /// Sends a message of its own accord. It takes the place of an earlier one of the same topic that has not been sent yet: a slow reader
  /// gets the newest, not all of them.
  virtual void push(std::uint64_t topic, std::shared_ptr<const std::string> text) = 0;

  /// Drops the topic's message if it has not been sent yet: nobody wants to hear of it any more.
  virtual void forget(std::uint64_t topic) = 0;
};

/// What is spoken over one WebSocket. All functions are called on its io thread and must not block.
class WebSocketProtocol {
 public:
  virtual ~WebSocketProtocol() = default;

  /// The handshake is done.
  virtual void opened(const std::shared_ptr<WebSocket>& socket) = 0;
  /// A whole text message (valid UTF-8); a view for the time of the call. See WebSocket::answer().
  virtual void received(std::string_view text) = 0;
  /// Nothing comes any more. Only called after opened().
  virtual void closed() = 0;
};

}  // namespace pico::http
