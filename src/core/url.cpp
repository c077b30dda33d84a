#include "pico/core/url.hpp"

#include <algorithm>
#include <cctype>

#include "pico/core/text.hpp"

namespace pico {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_scheme(std::string_view text) {
  const auto allowed = [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
  return !text.empty() && is_alpha(text.front()) && std::ranges::all_of(text, allowed);
}

bool is_port(std::string_view text) {
  if (text.size() > 5 || !std::ranges::all_of(text, is_digit)) return false;
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value <= 65535;
}

/// The characters WHATWG forbids in hosts. Bytes from 0x80 pass: server-side callers may send international names as they are.
bool is_host(std::string_view text) {
  const auto forbidden = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F || std::string_view("<>^|%\"`{}@[]:\\").find(c) != npos;
  };
  return !text.empty() && std::ranges::none_of(text, forbidden);
}

bool is_bracketed_ipv6(std::string_view text) {
  const auto allowed = [](char c) {
    return is_digit(c) || c == ':' || c == '.' || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  return text.size() > 2 && std::ranges::all_of(text.substr(1, text.size() - 2), allowed);
}

/// Fills in host and port from `user:password@host:port`.
bool parse_authority(std::string_view authority, Url& url) {
  if (const auto at = authority.rfind('@'); at != npos) authority.remove_prefix(at + 1);
  const auto host_end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (authority.starts_with('[')) {
    if (host_end == npos) return false;
    url.host = authority.substr(0, host_end + 1);
  } else {
    url.host = authority.substr(0, host_end);
  }
  const auto rest = authority.substr(url.host.size());
  if (!rest.empty() && rest.front() != ':') return false;
  if (!rest.empty()) url.port = rest.substr(1);
  return is_port(url.port) && (url.host.starts_with('[') ? is_bracketed_ipv6(url.host) : is_host(url.host));
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  text = trim(text);
  const auto colon = text.find("://");
  if (colon == npos || !is_scheme(text.substr(0, colon))) return std::nullopt;
  Url url;
  url.scheme = text.substr(0, colon);
  auto rest = text.substr(colon + 3);
  // Browsers read '\' as '/', so `http://good.example\@evil.example` is a page of good.example.
  const auto authority_end = std::min(rest.find_first_of("/\\?#"), rest.size());
  if (!parse_authority(rest.substr(0, authority_end), url)) return std::nullopt;
  rest.remove_prefix(authority_end);
  if (const auto hash = rest.find('#'); hash != npos) {
    url.fragment = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (const auto mark = rest.find('?'); mark != npos) {
    url.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  url.path = rest;
  return url;
}

std::string percent_decode(std::string_view text, bool plus_as_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += plus_as_space && text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

std::optional<std::string_view> query_value(std::string_view query, std::string_view name) {
  std::optional<std::string_view> found;
  for_each_query_pair(query, [&](std::string_view key, std::string_view value) {
    if (found) return;
    // Some mailers encode the underscore of `utm_source` too.
    if (key == name || (key.find('%') != npos && percent_decode(key, true) == name)) found = value;
  });
  return found;
}

std::string normalise_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  auto out = to_lower_ascii(host);
  if (out.starts_with("www.")) out.erase(0, 4);
  return out;
}

bool is_host(std::string_view text) {
  constexpr std::size_t longest = 253;
  if (text.empty() || text.size() > longest) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) || byte >= 0x80 || c == '-' || c == '.' || c == '_' || c == '[' || c == ']' || c == ':';
  });
}

}  // namespace pico
