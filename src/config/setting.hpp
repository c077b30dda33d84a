#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pico/config/config.hpp"

namespace pico::config {

/// How a setting's text becomes a member of Config and back.
struct Type {
  std::string accepts;  ///< completes "give …": `a whole number from 1 to 65535`
  bool is_list = false;
  bool takes_empty = false;  ///< an empty text is a value of its own; else it means the default
  /// Takes the text over. Otherwise gives back the part of it that is not acceptable and leaves the member alone.
  std::function<std::optional<std::string>(Config&, std::string_view)> assign;
  std::function<std::string(const Config&)> text;
};

enum class Secret : bool { no, yes };

/// One row of the table of settings.
struct Setting {
  std::string_view key;       ///< in the file, without regard to case
  std::string_view variable;  ///< in the environment
  std::string_view fallback;  ///< the default, as text
  Type type;
  std::string_view prose;  ///< whole sentences
  Secret secret = Secret::no;
  std::string_view alias = {};  ///< another variable that is read when that one is not set
};

struct Section {
  std::string_view title;
  std::vector<Setting> settings;
};

/// THE table of settings (schema.cpp).
const std::vector<Section>& schema();

/// Calls visit(setting) for every setting, in the order of the table.
template <class Visitor>
void for_each_setting(Visitor&& visit) {
  for (const auto& section : schema()) {
    for (const auto& setting : section.settings) visit(setting);
  }
}

}  // namespace pico::config
