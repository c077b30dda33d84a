#include "user_agent.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "pico/core/text.hpp"
#include "table.hpp"

namespace pico::enrich {
namespace {

using Groups = std::array<re2::StringPiece, 4>;

std::string_view view(const re2::StringPiece& piece) {
  return {piece.data(), piece.size()};
}

/// The replacement with `$1` filled in, or the group itself when there is no replacement.
std::string filled(std::string_view replacement, const Groups& groups, std::size_t group) {
  if (replacement.empty()) return std::string(view(groups[group]));
  std::string text(replacement);
  if (const auto at = text.find("$1"); at != std::string::npos) text.replace(at, 2, view(groups[1]));
  return text;
}

/// The digits the text begins with; 0 for `XP`, for nothing and for numbers that no version has.
std::uint32_t number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && number <= 99'999'999 ? number : 0;
}

}  // namespace

UserAgentParser::UserAgentParser() : windows_nt_("Win(?:dows NT |32NT/)(\\d+)\\.(\\d+)", RE2::Latin1) {
  add(embedded_table("browser_rules.tsv"), browsers_);
  add(embedded_table("user_agent_rules.tsv"), browsers_);
  add(embedded_table("os_rules.tsv"), systems_);
  browsers_.rules.compile();
  systems_.rules.compile();
  for_each_row<2>(embedded_table("browsers.tsv"), [this](const auto& row) { browser_names_[row[0]] = row[1]; });
  for_each_row<3>(embedded_table("operating_systems.tsv"), [this](const auto& row) { system_names_[row[0]] = {row[1], row[2]}; });
}

void UserAgentParser::add(std::string_view table, Section& section) {
  for_each_row<5>(table, [&section](const auto& row) {
    section.rules.add(row[0], row[1] == "i");
    section.outcomes.push_back({row[2], row[3], row[4]});
  });
}

UserAgentParser::Found UserAgentParser::find(const Section& section, std::string_view user_agent) const {
  Groups groups;
  const auto number = section.rules.first_match(user_agent, groups);
  if (!number) return {};
  const auto& outcome = section.outcomes[static_cast<std::size_t>(*number)];
  const auto family = filled(outcome.family, groups, 1);
  return {family.empty() ? "Other" : names_->keep(trim(family)),
          {number_of(filled(outcome.major, groups, 2)), number_of(filled(outcome.minor, groups, 3))}};
}

void UserAgentParser::set_os(std::string_view user_agent, Profile& profile) const {
  if (const auto console = words_.console(user_agent); !console.empty()) {
    profile.os = profile.platform = console;
    return;
  }
  const auto found = find(systems_, user_agent);
  const auto known = system_names_.find(found.family);
  profile.os = known == system_names_.end() ? found.family : known->second.name;
  profile.platform = known == system_names_.end() ? "Unknown" : known->second.platform;
  profile.os_version = found.version;
  if (profile.os == "Windows") {
    // The rules give the marketing name (`XP`, `Vista`), which is no number: the original has the kernel's.
    std::uint32_t major = 0, minor = 0;
    const re2::StringPiece text(user_agent.data(), user_agent.size());
    if (RE2::PartialMatch(text, windows_nt_, &major, &minor)) profile.os_version = {major, minor};
  } else if (profile.os == "iOS") {
    if (user_agent.find("iPad") != std::string_view::npos) profile.platform = "iPad";
    if (user_agent.find("iPod") != std::string_view::npos) profile.platform = "iPod";
  }
}

Profile UserAgentParser::parse(std::string_view user_agent) const {
  Profile profile;
  const auto browser = find(browsers_, user_agent);
  const auto known = browser_names_.find(browser.family);
  profile.browser = known == browser_names_.end() ? browser.family : known->second;
  profile.browser_version = browser.version;
  set_os(user_agent, profile);
  profile.device_type = words_.type(user_agent, profile.os);
  return profile;
}

}  // namespace pico::enrich
