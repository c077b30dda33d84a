#include "pico/tls/connection.hpp"

#include <openssl/ssl.h>

#include <algorithm>

#include "openssl.hpp"

namespace pico::tls {

constexpr std::size_t record = 16 * 1024;  ///< a write goes out as one record, so that a repeated write begins with the same one

void Connection::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Connection::Connection(ssl_st* owned) : ssl_(owned) {}
Connection::~Connection() = default;

Connection::Step Connection::step_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return {Outcome::wants_read};
    case SSL_ERROR_WANT_WRITE: return {Outcome::wants_write};
    case SSL_ERROR_ZERO_RETURN: return {Outcome::ended};
    default: break;
  }
  broken_ = true;
  spoke_http_ = !established_ && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  ERR_clear_error();
  return {Outcome::failed};
}

// The thread's queue of errors must be empty before each call, or the failure of another connection would be taken for this one's.

Connection::Step Connection::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return step_of(result);
  established_ = true;
  return {Outcome::done};
}

Connection::Step Connection::read(void* data, std::size_t size) {
  if (broken_) return {Outcome::failed};
  ERR_clear_error();
  std::size_t received = 0;
  const int result = SSL_read_ex(ssl_.get(), data, size, &received);
  return result == 1 ? Step{Outcome::done, received} : step_of(result);
}

Connection::Step Connection::write(const void* data, std::size_t size) {
  if (broken_) return {Outcome::failed};
  ERR_clear_error();
  std::size_t written = 0;
  const int result = SSL_write_ex(ssl_.get(), data, std::min(size, record), &written);
  return result == 1 ? Step{Outcome::done, written} : step_of(result);
}

void Connection::say_good_bye() noexcept {
  if (broken_ || !established_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

bool Connection::resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

}  // namespace pico::tls
