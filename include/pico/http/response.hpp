#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pico::http {

/// An answer. Texts given as views must be static or kept alive by `owner`.
struct Response {
  unsigned status = 200;
  std::string_view content_type;       ///< no such header when empty
  std::string_view fixed_headers;      ///< whole header lines, each ending in CRLF
  std::string headers;                 ///< more of them, made for this answer
  std::string_view body;
  std::shared_ptr<const void> owner;   ///< keeps `body` alive
  bool close = false;                  ///< end the connection after this answer

  static Response text(unsigned status, std::string_view static_body);
  static Response json(unsigned status, std::string body);
  static Response html(unsigned status, std::string body);
  static Response empty(unsigned status);
  /// The error shape of the public API: {"message": "…"}. The message must be plain ASCII without quotes or backslashes.
  static Response error(unsigned status, std::string_view message);
  static Response redirect(std::string_view location);

  /// Adds one header line. The value must not hold CR or LF (asserted).
  Response& with(std::string_view name, std::string_view value) &;
  Response&& with(std::string_view name, std::string_view value) &&;
};

/// The standard reason phrase.
std::string_view reason_phrase(unsigned status);

}  // namespace pico::http
