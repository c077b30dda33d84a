#include "pico/api/access.hpp"

#include "pico/core/text.hpp"

namespace pico::api {
namespace {

/// Decodes base64 with or without padding; empty when it is none.
std::string decode_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return {};
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xFF);
  }
  return out;
}

/// What follows the scheme in an Authorization header; empty when it is of another scheme.
std::string_view credentials_of(const http::Request& request, std::string_view scheme) {
  const auto header = request.header("Authorization");
  const auto space = header.find(' ');
  if (space == std::string_view::npos || !equals_ignore_case(header.substr(0, space), scheme)) return {};
  return trim(header.substr(space + 1));
}

/// A proxy on this machine makes a listener on loopback public.
bool is_forwarded(const http::Request& request) {
  for (const auto* name : {"X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"})
    if (!request.header(name).empty()) return true;
  return false;
}

}  // namespace

Access::Access(const AccessOptions& options, Keys keys) : open_(options.open), loopback_(options.loopback), keys_(std::move(keys)) {
  if (!options.user.empty()) credentials_ = KeyedHasher(hash_key_).field(options.user + ":" + options.password).digest();
}

bool Access::has_credentials(const http::Request& request) const {
  const auto given = credentials_of(request, "Basic");
  if (!credentials_ || given.empty()) return false;
  return KeyedHasher(hash_key_).field(decode_base64(given)).digest() == *credentials_;
}

Access::Verdict Access::check(const http::Request& request) const {
  if (open_ || has_credentials(request)) return Verdict::granted;
  if (loopback_ && !is_forwarded(request) && request.header("Origin").empty()) return Verdict::granted;
  return keys_ && !key_of(request).empty() ? Verdict::ask_keys : Verdict::refused;
}

std::string_view Access::key_of(const http::Request& request) {
  const auto bearer = credentials_of(request, "Bearer");
  return bearer.empty() ? request.header("X-Api-Key") : bearer;
}

std::string_view Access::advice() {
  return "this needs credentials: set countsUser and countsPassword (COUNTS_USER, COUNTS_PASSWORD) and send them as Basic credentials, "
         "or make a key for all sites with picolytics key create (scope write to count, read to ask) and send it as a bearer token, "
         "or bind the listener to 127.0.0.1, or set countsOpen (COUNTS_OPEN) to true to let everybody in";
}

}  // namespace pico::api
