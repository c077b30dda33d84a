#include "types.hpp"

#include <spdlog/fmt/fmt.h>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "pico/core/text.hpp"
#include "pico/core/url.hpp"

namespace pico::config {
namespace {

Wrong wrong(std::string_view text) {
  return Wrong{std::string(text)};
}

/// The whole text as a number of the given type.
template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array<Unit, 5> units{{{"TB", 1ull << 40}, {"GB", 1ull << 30}, {"MB", 1ull << 20}, {"KB", 1ull << 10}, {"B", 1}}};

/// Splits `256MB` into 256 and the unit's bytes; `M` and `MiB` mean the same.
std::optional<std::pair<std::uint64_t, std::uint64_t>> split_size(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto value = number<std::uint64_t>(text.substr(0, digits));
  const auto unit = trim(text.substr(digits));
  if (!value) return std::nullopt;
  if (unit.empty()) return std::pair(*value, std::uint64_t{1});
  for (const auto& [name, bytes] : units) {
    const auto letter = name.substr(0, 1);
    if (equals_ignore_case(unit, name) || equals_ignore_case(unit, letter) ||
        equals_ignore_case(unit, std::string(letter) + "iB")) {
      return std::pair(*value, bytes);
    }
  }
  return std::nullopt;
}

template <class Range, class Print>
std::string join(const Range& range, Print print) {
  std::string out;
  for (const auto& each : range) out += (out.empty() ? "" : ",") + print(each);
  return out;
}

}  // namespace

Parsed<std::string> parse_text(std::string_view text) {
  if (!is_clean_text(text, text.size()) || text.find_first_of("\n\t") != std::string_view::npos) return wrong(text);
  return std::string(text);
}

Parsed<std::string> parse_web_url(std::string_view text) {
  if (text.empty()) return std::string();
  const auto url = parse_url(text);
  const bool web = url && (equals_ignore_case(url->scheme, "http") || equals_ignore_case(url->scheme, "https"));
  if (!web || !url->query.empty() || !url->fragment.empty() || !parse_text(text)) return wrong(text);
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

Parsed<bool> parse_flag(std::string_view text) {
  for (const std::string_view yes : {"true", "yes", "on", "1", "t"}) {
    if (equals_ignore_case(text, yes)) return true;
  }
  for (const std::string_view no : {"false", "no", "off", "0", "f"}) {
    if (equals_ignore_case(text, no)) return false;
  }
  return wrong(text);
}

Parsed<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max) {
  const auto value = number<std::int64_t>(text);
  if (!value || *value < min || *value > max) return wrong(text);
  return *value;
}

Parsed<double> parse_real(std::string_view text, double min, double max) {
  const auto value = number<double>(text);
  if (!value || !std::isfinite(*value) || *value < min || *value > max) return wrong(text);
  return *value;
}

Parsed<std::uint64_t> parse_bytes(std::string_view text, std::uint64_t min, std::uint64_t max) {
  const auto size = split_size(text);
  if (!size || size->first > std::numeric_limits<std::uint64_t>::max() / size->second) return wrong(text);
  const auto value = size->first * size->second;
  if (value < min || value > max) return wrong(text);
  return value;
}

Parsed<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong(text);
  const auto port = number<std::uint16_t>(text.substr(colon + 1));
  auto host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host == "localhost") host = "127.0.0.1";
  const auto ip = IpAddress::parse(host);
  const bool bare = host.find('[') == std::string_view::npos && (bracketed || host.find(':') == std::string_view::npos);
  if (!port || (!host.empty() && !ip) || !bare || (bracketed && !ip)) return wrong(text);
  return Address{std::string(host), *port};
}

Parsed<std::vector<std::string>> parse_names(std::string_view text) {
  auto names = split_list(text);
  for (const auto& name : names) {
    if (!parse_text(name)) return wrong(name);
  }
  return names;
}

Parsed<std::vector<Cidr>> parse_networks(std::string_view text) {
  std::vector<Cidr> out;
  for (const auto& each : split_list(text)) {
    const auto network = Cidr::parse(each);
    if (!network) return wrong(each);
    out.push_back(*network);
  }
  return out;
}

Parsed<TimeZone> parse_zone(std::string_view text) {
  const auto zone = TimeZone::find(text);
  return zone ? Parsed<TimeZone>(*zone) : wrong(text);
}

std::string text_of(std::uint64_t bytes) {
  for (const auto& [name, unit] : units) {
    if (bytes >= unit && bytes % unit == 0 && unit > 1) return std::to_string(bytes / unit) + std::string(name);
  }
  return std::to_string(bytes);
}

std::string text_of(double value) {
  return fmt::format("{:.10g}", value);
}

std::string text_of(const Address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::string text_of(const std::vector<std::string>& names) {
  return join(names, [](const std::string& name) { return name; });
}

std::string text_of(const std::vector<Cidr>& networks) {
  return join(networks, [](const Cidr& network) { return network.to_string(); });
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (const auto each = trim(text.substr(0, comma)); !each.empty()) out.emplace_back(each);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

std::string detail::range_text(std::string_view min, std::string_view max) {
  return fmt::format("from {} to {}", min, max);
}

}  // namespace pico::config
