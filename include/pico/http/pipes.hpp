#pragma once
#include <exception>
#include <string_view>

namespace pico::http {

/// The rest of a request's body will not come: the client has gone, was too slow, sent what is no body, or more than the route takes. Who
/// reads gives up what it has begun and answers as it likes: the client, if there is one, is told what was wrong with its body.
class BodyLost : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "the request's body has been cut off"; }
};

/// A request body that is read while it comes in. At most 256 KiB of it are in memory before read(), and as much is what a read() gave; the
/// socket is not read while nobody reads. Its functions are for one thread at a time, and never for an io thread. May outlive its exchange.
class BodyPipe {
 public:
  virtual ~BodyPipe() = default;

  /// Waits for the next piece of the body and gives it, until the next call; empty: that was all. Throws BodyLost.
  [[nodiscard]] virtual std::string_view read() = 0;
};

/// An answer whose body is sent while it is made. Its functions are for one thread at a time, and never for an io thread. May outlive its
/// exchange. One that is let go of without finish() is cut off, as by abort().
class AnswerPipe {
 public:
  virtual ~AnswerPipe() = default;

  /// Takes the next piece; waits while the client is slow (64 KiB are ahead of it). False: nobody wants more, because the client has gone
  /// or has asked for the head alone.
  [[nodiscard]] virtual bool write(std::string_view piece) = 0;
  /// That was all.
  virtual void finish() = 0;
  /// Ends the connection in the middle of the answer, so that the client cannot take it for a whole one.
  virtual void abort() = 0;
};

}  // namespace pico::http
