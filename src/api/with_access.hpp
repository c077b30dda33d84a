#pragma once
#include "pico/api/access.hpp"

namespace pico::api {

/// Answers who may not.
using Unauthorized = http::Response (*)(const http::Request&);

/// Calls `then(request, answer)`, from whatever thread, once the caller is known to be allowed; otherwise answers with `unauthorized(request)`.
template <class Then>
void with_access(const Access& access, Access::Scope scope, http::Exchange& exchange, Unauthorized unauthorized, Then then) {
  switch (access.check(exchange.request())) {
    case Access::Verdict::granted: return then(exchange.request(), exchange.answer_later());
    case Access::Verdict::refused: return exchange.answer(unauthorized(exchange.request()));
    case Access::Verdict::ask_keys: break;
  }
  const auto answer = exchange.answer_later();
  const auto& request = exchange.request();  // stays until it is answered
  access.ask(std::string(Access::key_of(request)), scope, [&request, answer, unauthorized, then](bool granted) {
    if (granted) then(request, answer);
    else answer(unauthorized(request));
  });
}

}  // namespace pico::api
