#pragma once
#include <boost/system/result.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace pico::tls::acme {

enum class FailedBy {
  us,         ///< the authority was not reached, or is not well, or there was something else that it did not get to see
  authority,  ///< it refused, and trying again counts towards its limits
};

/// Why an attempt came to nothing.
struct Failure {
  FailedBy by;
  std::string message;  ///< a sentence; may quote what the authority said, which knows of no visitor, but perhaps of this server's address
  std::optional<std::chrono::seconds> retry_after = std::nullopt;
  std::string kind = {};  ///< the type of the authority's problem, such as `rateLimited`; letters only; may be empty
};

[[noreturn]] inline void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
  throw std::runtime_error(failure.message);
}

template <class T>
using Outcome = boost::system::result<T, Failure>;

}  // namespace pico::tls::acme
