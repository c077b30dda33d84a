#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Names as they come in by µAnalytics' API.
namespace pico::api::micro_analytics {

/// The site that a website is: its name in lower case and without `www.`, as everywhere in Picolytics. nullopt: no name of a website, which
/// is letters, digits, dots, hyphens and underscores, begins with a letter or a digit, has no two dots in a row and at most 253 characters.
std::optional<std::string> site_of(std::string_view website);

/// Host and port of a Referer, as they are written (`www.` stays); blank for a path, and for what is no URL.
std::string referer_domain(std::string_view referer);

/// A country's code in lower case; blank when it is none. Two letters, or a letter and a digit (`a1`) as older databases have them.
std::string country_of(std::string_view given);

}  // namespace pico::api::micro_analytics
