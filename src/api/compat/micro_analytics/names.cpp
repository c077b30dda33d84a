#include "names.hpp"

#include <algorithm>

#include "../scanner.hpp"
#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/event/limits.hpp"

namespace pico::api::micro_analytics {
namespace {

bool is_alphanumeric(char c) { return compat::is_letter(c) || compat::is_digit(c); }

bool is_website(std::string_view name) {
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= event::limits::domain && is_alphanumeric(name.front()) && std::ranges::all_of(name, allowed) &&
         name.find("..") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> site_of(std::string_view website) {
  if (!is_website(website)) return std::nullopt;
  auto site = normalise_host(website);
  return is_website(site) ? std::optional(std::move(site)) : std::nullopt;
}

std::string referer_domain(std::string_view referer) {
  const auto url = parse_url(referer);
  if (!url) return {};
  auto domain = std::string(url->host);
  if (!url->port.empty()) domain.append(":").append(url->port);
  return clean_text(domain, event::limits::word);
}

std::string country_of(std::string_view given) {
  given = trim(given);
  return given.size() == 2 && std::ranges::all_of(given, is_alphanumeric) ? to_lower_ascii(given) : std::string();
}

}  // namespace pico::api::micro_analytics
