#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

struct ssl_st;

namespace pico::tls {

/// The server's side of TLS on one non-blocking socket. It reads and writes the socket itself and never waits: a step that cannot go on says
/// what the socket has to become first. So an idle connection holds no buffers. Belongs to one thread. Once the socket is
/// closed, nothing but the destructor may be called: its number may be another connection's by then.
class Connection {
 public:
  enum class Outcome : std::uint8_t {
    done,         ///< for read() and write(): `bytes` of them
    wants_read,   ///< again once the socket is readable
    wants_write,  ///< again once it is writable
    ended,        ///< the other side sends no more
    failed,       ///< of no use any more
  };
  struct Step {
    Outcome outcome;
    std::size_t bytes = 0;
  };

  explicit Connection(ssl_st* owned);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Step handshake();
  /// Reads what has come, at most `size` bytes (> 0).
  Step read(void* data, std::size_t size);
  /// Writes a part. After wants_write it must be called again with the same bytes (at the same place or another), or more.
  Step write(const void* data, std::size_t size);
  /// Sends close_notify, if that is possible at once. Nothing may be written after it.
  void say_good_bye() noexcept;

  /// After a failed handshake(): the client spoke plain HTTP.
  [[nodiscard]] bool spoke_http() const { return spoke_http_; }
  /// After the handshake: the session of an earlier connection was resumed.
  [[nodiscard]] bool resumed() const;

 private:
  Step step_of(int result);

  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  std::unique_ptr<ssl_st, Free> ssl_;
  bool broken_ = false;
  bool established_ = false;
  bool spoke_http_ = false;
};

}  // namespace pico::tls
