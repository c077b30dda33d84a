#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Lenient URL parsing for what browsers really send. Boost.URL follows RFC 3986 and refuses characters that WHATWG browsers
/// leave as they are in location.href (`|`, `^`, `[`, `{` in queries), so it cannot be used here.
namespace pico {

/// The parts of an absolute URL. Views into the parsed text, which must outlive this.
struct Url {
  std::string_view scheme;    ///< as written; compare without case
  std::string_view host;      ///< as written, without user info and port; brackets of an IPv6 host kept
  std::string_view port;      ///< without the colon; empty when absent
  std::string_view path;      ///< still percent-encoded; may be empty
  std::string_view query;     ///< without '?'
  std::string_view fragment;  ///< without '#'
};

/// Parses `scheme://host…`; white space around it is ignored. Anything else is nullopt: relative references, `data:`, an empty
/// host
/// (`file:///`), characters that no browser allows in a host, a port above 65535.
std::optional<Url> parse_url(std::string_view text);
inline std::optional<Url> parse_url(const char* text) { return parse_url(std::string_view(text)); }
std::optional<Url> parse_url(std::string&& text) = delete;  // its views would outlive the text

/// Percent-decodes; malformed escapes stay as they are. With `plus_as_space`, '+' becomes ' ' (query strings).
std::string percent_decode(std::string_view text, bool plus_as_space = false);

/// The first value of `name` in a query string, still encoded; nullopt when the name is absent. The name may be encoded in the
/// query.
std::optional<std::string_view> query_value(std::string_view query, std::string_view name);

/// Calls visit(name, value) for each pair, still encoded, in order.
template <class Visitor>
void for_each_query_pair(std::string_view query, Visitor&& visit) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    const auto equals = pair.find('=');
    if (!pair.empty())
      visit(pair.substr(0, equals), equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
  }
}

/// Lower-cases ASCII and removes one leading `www.` and one trailing dot: how hosts become site domains and are compared.
std::string normalise_host(std::string_view host);

/// Whether it is what browsers print as a host: 1 to 253 letters, digits, '-', '.', '_', a bracketed IPv6 address, or UTF-8.
bool is_host(std::string_view text);

}  // namespace pico
