#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "pico/http/pipes.hpp"
#include "pico/http/request.hpp"
#include "pico/http/response.hpp"
#include "pico/http/websocket.hpp"

namespace pico::http {

/// One request and the place for its answer. Lives in the session's frame until the answer is sent, and is never cancelled while a
/// handler still owes one: a client that goes away meanwhile changes nothing for the handler.
///
/// A handler calls exactly one of
///  - answer(): at once, on the io thread, before it returns;
///  - answer_with() and then, from any thread, once finish(): for many cheap answers (a whole journal group finishes in one wake-up);
///  - answer_later(), and then calls the returned function once, from any thread;
///  - answer_in_pieces(), from any thread, also in place of the function that answer_later() gave;
///  - upgrade(), before it returns: the connection becomes a WebSocket.
///
/// A handler that throws, as when there is no memory, is answered 500, whatever it may have answered before. But it must not throw any more
/// once another thread has got the exchange. After its answer_later() or answer_in_pieces() there is no 500, as somebody else may be about to
/// answer: whoever has got the function or the pipe still owes that.
class Exchange {
 public:
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] const Request& request() const { return request_; }

  virtual void answer(Response response) = 0;

  /// Makes the answer from the code given to finish(); runs on the io thread.
  using FromCode = Response (*)(const Exchange&, std::uint8_t code);
  void answer_with(FromCode from_code) { from_code_ = from_code; }
  /// Lock-free; from any thread. The exchange must not be touched afterwards.
  virtual void finish(std::uint8_t code) noexcept = 0;

  /// The function may be called from any thread, once; it must be called.
  virtual std::function<void(Response)> answer_later() = 0;

  /// Sends that head (its body is not used) and then what is written to the pipe: chunked, or up to the connection's end for HTTP/1.0.
  /// The exchange must not be touched afterwards.
  [[nodiscard]] virtual std::shared_ptr<AnswerPipe> answer_in_pieces(Response head) = 0;

  /// The body, where the route has RouteOptions::stream_body. For the handler; what it gives is read on another thread. The exchange is still
  /// owed an answer: who answers before the body's end ends the connection, unless all of the body has come already.
  [[nodiscard]] virtual std::shared_ptr<BodyPipe> body() = 0;

  /// Makes the connection a WebSocket on which that protocol is spoken. A request that does not ask for one is answered 426, and one that
  /// comes while the server stops, or when there are too many, 503.
  virtual void upgrade(std::unique_ptr<WebSocketProtocol> protocol, const WebSocketOptions& options) = 0;

 protected:
  Exchange() = default;
  Request request_{nullptr, nullptr};
  FromCode from_code_ = nullptr;
};

}  // namespace pico::http
