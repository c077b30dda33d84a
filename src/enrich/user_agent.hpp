#pragma once
#include <re2/re2.h>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "device_type.hpp"
#include "names.hpp"
#include "profile.hpp"
#include "rule_set.hpp"

namespace pico::enrich {

/// Recognises browser, operating system, platform and kind of device by uap-core's rules, in the original picolytics' names.
/// Thread-safe. Takes tens of microseconds, so results are cached (user_agent_cache.hpp).
class UserAgentParser {
 public:
  UserAgentParser();

  /// The names in the result live as long as this. Says nothing of bots.
  [[nodiscard]] Profile parse(std::string_view user_agent) const;
  /// How many names of browsers and systems it has come across.
  [[nodiscard]] std::size_t names() const { return names_->size(); }

 private:
  struct Found {
    std::string_view family = "Other";
    Version version;
  };
  /// What to make of a rule's match; blank fields mean the group of that place.
  struct Outcome {
    std::string_view family, major, minor;
  };
  struct Section {
    RuleSet rules;
    std::vector<Outcome> outcomes;
  };
  struct OperatingSystem {
    std::string_view name, platform;
  };

  static void add(std::string_view table, Section& section);
  Found find(const Section& section, std::string_view user_agent) const;
  void set_os(std::string_view user_agent, Profile& profile) const;

  Section browsers_, systems_;
  std::unordered_map<std::string_view, std::string_view> browser_names_;
  std::unordered_map<std::string_view, OperatingSystem> system_names_;
  RE2 windows_nt_;
  DeviceWords words_;
  std::unique_ptr<Names> names_ = std::make_unique<Names>();
};

}  // namespace pico::enrich
