#include "finder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace pico::audit {
namespace {

using std::string_view;

constexpr const char* ipv4 = "an IPv4 address";
constexpr const char* ipv6 = "an IPv6 address";
constexpr const char* user_agent = "a User-Agent";
constexpr const char* given_bytes = "a given address as bytes";
constexpr const char* given_agent = "a given User-Agent";

/// Programs name themselves `Name/version`. Only names that nobody writes like that for another reason.
constexpr std::array<string_view, 18> products{"Mozilla", "AppleWebKit", "Gecko", "Opera", "Presto", "Trident", "CFNetwork", "Dalvik", "okhttp",
                                               "curl", "Wget", "python-requests", "Python-urllib", "Go-http-client", "libwww-perl",
                                               "Apache-HttpClient", "PostmanRuntime", "HeadlessChrome"};
constexpr string_view engine = "(KHTML, like Gecko)";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
char at(string_view text, std::size_t position) { return position < text.size() ? text[position] : '\0'; }
char before(string_view text, std::size_t position) { return position > 0 ? text[position - 1] : '\0'; }

/// The number at `position`, which moves behind it. Nothing: no byte of an address (also 007 and 256).
std::optional<int> read_octet(string_view text, std::size_t& position) {
  const auto start = position;
  int value = 0;
  while (is_digit(at(text, position)) && position - start < 4) value = 10 * value + (text[position++] - '0');
  const auto digits = position - start;
  const bool good = digits >= 1 && digits <= 3 && value <= 255 && (digits == 1 || text[start] != '0');
  return good ? std::optional(value) : std::nullopt;
}

/// Four numbers from 0 to 255 that are no part of a longer word or number, of a network that a visitor can come from.
string_view ipv4_at(string_view text, std::size_t start) {
  const char left = before(text, start);
  if (!is_digit(text[start]) || is_word(left) || (left == '.' && start > 1 && is_word(text[start - 2]))) return {};
  std::array<int, 4> octets{};
  auto position = start;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i > 0 && at(text, position++) != '.') return {};
    const auto octet = read_octet(text, position);
    if (!octet) return {};
    octets[i] = *octet;
  }
  const char right = at(text, position);
  if (is_word(right) || (right == '.' && is_word(at(text, position + 1)))) return {};
  if (octets[0] == 0 || octets[0] == 127 || octets[0] >= 224) return {};  // none, this machine, many
  return text.substr(start, position - start);
}

/// A visitor's address has a network of two groups at least, and a host. Fewer are found by chance in what is compressed.
bool has_three_groups(string_view token) {
  int groups = 0;
  for (std::size_t i = 0; i < token.size(); ++i) groups += token[i] != ':' && (i == 0 || token[i - 1] == ':') ? 1 : 0;
  return groups >= 3;
}

/// Networks in use begin with 2, 3, fc, fd, fe8–feb. Anything else with colons is a time, a type in SQL, a loopback.
bool is_network_of_visitors(const IpAddress& address) {
  const auto first = address.bytes()[0], second = address.bytes()[1];
  return (first & 0xe0) == 0x20 || (first & 0xfe) == 0xfc || (first == 0xfe && (second & 0xc0) == 0x80);
}

string_view ipv6_at(string_view text, std::size_t start) {
  if (!is_hex(text[start]) || is_word(before(text, start)) || before(text, start) == ':') return {};
  auto position = start;
  while (is_hex(at(text, position)) || at(text, position) == ':') ++position;
  if (is_word(at(text, position))) return {};
  auto token = text.substr(start, position - start);
  if (token.size() > 2 && token.back() == ':' && token[token.size() - 2] != ':') token.remove_suffix(1);
  if (token.size() < 6 || token.size() > 39 || token[4] != ':' || !has_three_groups(token)) return {};
  const auto address = IpAddress::parse(token);
  return address && !address->is_v4() && is_network_of_visitors(*address) ? token : string_view{};
}

/// `slash` is between a name and a version.
bool product_at(string_view text, std::size_t slash) {
  if (!is_digit(at(text, slash + 1))) return false;
  return std::ranges::any_of(products, [&](string_view name) {
    if (slash < name.size() || text.substr(slash - name.size(), name.size()) != name) return false;
    const char left = before(text, slash - name.size());
    return !is_word(left) && left != '-' && left != '/';  // behind a slash it is a part of a path
  });
}

template <class Action>
void for_each_place(string_view text, string_view pattern, std::size_t begin, std::size_t end, Action action) {
  for (auto place = text.find(pattern, begin); place < end; place = text.find(pattern, place + 1)) action();
}

std::string hex_of(string_view bytes, string_view digits) {
  std::string out;
  for (const auto byte : bytes) {
    out += digits[static_cast<std::uint8_t>(byte) >> 4];
    out += digits[static_cast<std::uint8_t>(byte) & 15];
  }
  return out;
}

/// The forms in which programs keep an address. Four bytes alone are not among them: in so many bytes chance finds them.
std::vector<std::string> forms_of(const IpAddress& address) {
  const std::string all(reinterpret_cast<const char*>(address.bytes().data()), address.bytes().size());
  const auto bytes = address.is_v4() ? all.substr(12) : all;
  std::vector<std::string> forms{hex_of(bytes, "0123456789abcdef")};
  if (const auto upper = hex_of(bytes, "0123456789ABCDEF"); upper != forms.front()) forms.push_back(upper);
  if (!address.is_v4()) {
    forms.push_back(bytes);
    return forms;
  }
  forms.push_back(all.substr(10));                            // mapped into IPv6, the end of the prefix
  forms.push_back(std::string("\x02\x20", 2) + bytes);          // Postgres' inet, in a table or an index
  forms.push_back(std::string("\x02\x20\x00\x04", 4) + bytes);  // and in its binary protocol
  forms.push_back(bytes + std::string(8, '\0'));                // the end of a sockaddr_in
  return forms;
}

}  // namespace

Finder::Finder(const Options& options) : allowed_(options.allowed) {
  for (const auto& address : options.addresses)
    for (auto& form : forms_of(address)) patterns_.push_back({std::move(form), given_bytes});
  for (const auto& agent : options.user_agents) patterns_.push_back({agent, given_agent});
}

bool Finder::allowed(string_view text) const {
  const auto address = IpAddress::parse(text);
  return address && std::ranges::find(allowed_, *address) != allowed_.end();
}

void Finder::search(string_view bytes, std::size_t begin, std::size_t end, Rule rule, Hits& hits) const {
  const auto note = [&](string_view text, const char* what) {
    if (!text.empty() && !allowed(text)) ++hits[what];
  };
  for (auto i = begin; i < end; ++i) {
    const char c = bytes[i];
    if (is_hex(c)) {
      if (rule == Rule::everything) note(ipv4_at(bytes, i), ipv4);
      if (rule != Rule::asked_for) note(ipv6_at(bytes, i), ipv6);
    } else if (c == '/') {
      if (product_at(bytes, i)) ++hits[user_agent];
    } else if (c == '(' && bytes.substr(i, engine.size()) == engine) {
      ++hits[user_agent];
    }
  }
  for (const auto& pattern : patterns_)
    for_each_place(bytes, pattern.bytes, begin, end, [&] { ++hits[pattern.what]; });
}

}  // namespace pico::audit
