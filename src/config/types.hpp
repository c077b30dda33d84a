#pragma once
#include <concepts>
#include <cstdint>
#include <utility>
#include <variant>

#include "pico/core/text.hpp"
#include "setting.hpp"

/// The types of settings. Each function makes the Type of the member that its template arguments lead to:
/// integer<&Config::http, &Http::io_threads>(1, 64).
namespace pico::config {

/// The part of a text that is not acceptable.
struct Wrong {
  std::string part;
};

/// A value, or what is wrong. (Not boost's result: it takes no std::string beside an error that could be made of one.)
template <class T>
class Parsed {
 public:
  Parsed(T value) : outcome_(std::in_place_index<0>, std::move(value)) {}
  Parsed(Wrong wrong) : outcome_(std::in_place_index<1>, std::move(wrong)) {}
  explicit operator bool() const { return outcome_.index() == 0; }
  T& operator*() { return std::get<0>(outcome_); }
  const T& operator*() const { return std::get<0>(outcome_); }
  [[nodiscard]] const Wrong& error() const { return std::get<1>(outcome_); }

 private:
  std::variant<T, Wrong> outcome_;
};

Parsed<std::string> parse_text(std::string_view text);
Parsed<std::string> parse_web_url(std::string_view text);
Parsed<bool> parse_flag(std::string_view text);
Parsed<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max);
Parsed<double> parse_real(std::string_view text, double min, double max);
/// `2048`, `16KB`, `256 MB`, `8GB`; units are powers of 1024.
Parsed<std::uint64_t> parse_bytes(std::string_view text, std::uint64_t min, std::uint64_t max);
/// `:8080`, `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
Parsed<Address> parse_address(std::string_view text);
Parsed<std::vector<std::string>> parse_names(std::string_view text);
Parsed<std::vector<Cidr>> parse_networks(std::string_view text);
Parsed<TimeZone> parse_zone(std::string_view text);

std::string text_of(std::uint64_t bytes);  ///< in the largest unit that divides it
std::string text_of(double value);
std::string text_of(const Address& address);
std::string text_of(const std::vector<std::string>& names);
std::string text_of(const std::vector<Cidr>& networks);

/// The elements of a comma-separated list, trimmed, without empty ones.
std::vector<std::string> split_list(std::string_view text);

namespace detail {

template <auto... Path, class C>
auto& member(C& config) {
  return (config.*....*Path);
}

template <auto... Path, class Parse, class Print>
Type type(std::string accepts, Parse parse, Print print) {
  return {std::move(accepts), false, false,
          [parse](Config& config, std::string_view text) -> std::optional<std::string> {
            auto parsed = parse(text);
            if (!parsed) return parsed.error().part;
            member<Path...>(config) = std::move(*parsed);
            return std::nullopt;
          },
          [print](const Config& config) { return print(member<Path...>(config)); }};
}

template <class T>
std::int64_t count_of(const T& value) {
  if constexpr (std::integral<T>) {
    return static_cast<std::int64_t>(value);
  } else {
    return value.count();
  }
}

std::string range_text(std::string_view min, std::string_view max);

}  // namespace detail

/// Any text without control characters. `accepts` says what is meant by it.
template <auto... Path>
Type text(std::string accepts) {
  auto out = detail::type<Path...>(std::move(accepts), parse_text, [](const auto& value) {
    if constexpr (requires { value.string(); }) {
      return value.string();
    } else {
      return value;
    }
  });
  out.takes_empty = true;
  return out;
}

/// A text that must not be empty.
template <auto... Path>
Type needed_text(std::string accepts) {
  auto out = text<Path...>(std::move(accepts));
  out.takes_empty = false;
  return out;
}

template <auto... Path>
Type web_url() {
  return detail::type<Path...>("an address like https://stats.example.com, or nothing", parse_web_url,
                               [](const std::string& value) { return value; });
}

template <auto... Path>
Type flag() {
  return detail::type<Path...>("true or false", parse_flag, [](bool value) { return std::string(value ? "true" : "false"); });
}

/// `true` switches the member off.
template <auto... Path>
Type inverse_flag() {
  return detail::type<Path...>(
      "true or false",
      [](std::string_view text) -> Parsed<bool> {
        auto parsed = parse_flag(text);
        if (parsed) *parsed = !*parsed;
        return parsed;
      },
      [](bool value) { return std::string(value ? "false" : "true"); });
}

/// A whole number, or a duration in the member's unit.
template <auto... Path>
Type integer(std::int64_t min, std::int64_t max) {
  using T = std::remove_reference_t<decltype(detail::member<Path...>(std::declval<Config&>()))>;
  return detail::type<Path...>(
      "a whole number " + detail::range_text(std::to_string(min), std::to_string(max)),
      [=](std::string_view text) -> Parsed<T> {
        const auto parsed = parse_integer(text, min, max);
        if (!parsed) return parsed.error();
        if constexpr (std::integral<T>) {
          return static_cast<T>(*parsed);
        } else {
          return T(*parsed);
        }
      },
      [](const T& value) { return std::to_string(detail::count_of(value)); });
}

template <auto... Path>
Type real(double min, double max) {
  return detail::type<Path...>(
      "a number " + detail::range_text(text_of(min), text_of(max)),
      [=](std::string_view text) { return parse_real(text, min, max); }, [](double value) { return text_of(value); });
}

template <auto... Path>
Type bytes(std::uint64_t min, std::uint64_t max) {
  return detail::type<Path...>(
      "a size " + detail::range_text(text_of(min), text_of(max)),
      [=](std::string_view text) { return parse_bytes(text, min, max); }, [](std::uint64_t value) { return text_of(value); });
}

template <auto... Path>
Type address() {
  return detail::type<Path...>("an address like :8080, 127.0.0.1:8080 or [::1]:8080", parse_address,
                               [](const Address& value) { return text_of(value); });
}

template <auto... Path>
Type optional_address() {
  auto out = detail::type<Path...>(
      "an address like 127.0.0.1:8081, or off",
      [](std::string_view text) -> Parsed<std::optional<Address>> {
        if (text.empty() || equals_ignore_case(text, "off")) return std::optional<Address>{};
        auto parsed = parse_address(text);
        if (!parsed) return parsed.error();
        return std::optional(std::move(*parsed));
      },
      [](const std::optional<Address>& value) { return value ? text_of(*value) : std::string("off"); });
  out.takes_empty = true;
  return out;
}

/// Likewise; a number alone is a port on all addresses.
template <auto... Path>
Type optional_address_or_port() {
  auto out = optional_address<Path...>();
  out.accepts = "an address like :7070 or 127.0.0.1:7070, or off";
  out.assign = [assign = out.assign](Config& config, std::string_view text) {
    const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    return number ? assign(config, ":" + std::string(text)) : assign(config, text);
  };
  return out;
}

template <auto... Path>
Type zone() {
  return detail::type<Path...>("an IANA time zone like Europe/Berlin", parse_zone,
                               [](const TimeZone& value) { return value.name(); });
}

template <auto... Path>
Type names() {
  auto out = detail::type<Path...>("names, separated by commas", parse_names,
                                   [](const std::vector<std::string>& value) { return text_of(value); });
  out.is_list = true;
  return out;
}

template <auto... Path>
Type networks() {
  auto out = detail::type<Path...>("networks like 10.0.0.0/8 or fc00::/7, separated by commas", parse_networks,
                                   [](const std::vector<Cidr>& value) { return text_of(value); });
  out.is_list = true;
  return out;
}

/// One of a few words, each with its value.
template <class T, auto... Path>
Type choice(std::vector<std::pair<std::string, T>> words) {
  std::string accepts;
  for (std::size_t i = 0; i < words.size(); ++i) {
    accepts += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i].first;
  }
  return detail::type<Path...>(
      std::move(accepts),
      [words](std::string_view text) -> Parsed<T> {
        for (const auto& [word, value] : words) {
          if (equals_ignore_case(word, text)) return value;
        }
        return Wrong{std::string(text)};
      },
      [words](const T& value) {
        for (const auto& [word, meaning] : words) {
          if (meaning == value) return word;
        }
        return std::string();
      });
}

/// One of a few words, which is the value itself.
template <auto... Path>
Type word(const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& each : words) pairs.emplace_back(each, each);
  return choice<std::string, Path...>(std::move(pairs));
}

}  // namespace pico::config
