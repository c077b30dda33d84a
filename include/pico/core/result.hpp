#pragma once
#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

/// Expected failures are returned as Result, impossible ones are asserted, and an exception abandons a whole operation
/// (only storage throws as a habit: libpqxx does).
namespace pico {

/// What kind of failure it is, for code that decides on it. People read Error::message.
enum class Errc {
  invalid,      ///< the input is wrong; the message says what to change
  not_found,    ///< the thing asked for does not exist
  unavailable,  ///< a resource is away for now; trying again later can help
  conflict,     ///< somebody else holds or changed it
  io,           ///< the operating system refused
  internal,     ///< a bug or an unforeseen state
};

/// message: a whole sentence without personal data (it is logged and may be shown to an operator).
struct Error {
  Errc code = Errc::internal;
  std::string message;
};

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.message);
}

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace pico
