#include <spdlog/fmt/fmt.h>
#include <algorithm>

#include "pico/config/config.hpp"
#include "setting.hpp"
#include "types.hpp"

namespace pico::config {
namespace {

constexpr std::size_t line_width = 110;

/// `text` as comment lines.
std::string comment(std::string_view text) {
  std::string out, line = "#";
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    if (line.size() + 1 + word.size() > line_width) {
      out += line + "\n";
      line = "#";
    }
    line += " " + std::string(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + line + "\n";
}

/// A YAML scalar. Words, numbers and sizes stand as they are, everything else in double quotes.
std::string scalar(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '_';
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string yaml_line(const Setting& setting, std::string_view text) {
  if (!setting.type.is_list) return fmt::format("{}: {}\n", setting.key, scalar(text));
  std::string out = fmt::format("{}:\n", setting.key);
  for (const auto& each : split_list(text)) out += fmt::format("  - {}\n", scalar(each));
  return out;
}

std::string table_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string default_cell(const Setting& setting) {
  if (setting.fallback.empty()) return "empty";
  std::string text(setting.fallback);
  if (setting.type.is_list) text = fmt::format("{}", fmt::join(split_list(text), "`, `"));
  return "`" + text + "`";
}

constexpr std::string_view yaml_head =
    "Settings of Picolytics, with their defaults. Each can also be given as an environment variable, named in brackets, which "
    "goes before this file. docs/configuration.md has the same as a table.";

constexpr std::string_view markdown_head = R"(# Configuration

Every setting can be given as an environment variable or in a YAML file. The environment goes before the file, the file before the
defaults; an empty variable counts as not set. Nothing has to be set at all.

- The file is `config.yaml` in the working directory; `CONFIG_PATH` names another folder and `CONFIG_NAME` another name (without `.yaml`).
  `picolytics -c FILE` reads that file instead, which then must exist.
- `picolytics --write-default-config` writes a commented file with all defaults.
- `picolytics config check` says what is in force and what is wrong, with passwords left out. All problems are reported at once, and a key
  that does not exist is one of them.
- Keys in the file are read without regard to case. One without a value has an empty one: `off` or none where that is an answer, else the default.
- Sizes are bytes, or carry a unit: `16KB`, `256MB`, `8GB` (powers of 1024).
- Lists are separated by commas; in the file they can be YAML lists too.
- Switches are `true` or `false` (also `yes`/`no`, `on`/`off`, `1`/`0`).

This page is made from the program's own table of settings (`picolytics config docs`).
)";

std::string variables(const Setting& setting, std::string_view separator) {
  std::string out(setting.variable);
  if (!setting.alias.empty()) out.append(separator).append(setting.alias);
  return out;
}

}  // namespace

std::string default_yaml() {
  std::string out = comment(yaml_head);
  for (const auto& section : schema()) {
    out += fmt::format("\n# ---- {} ----\n", section.title);
    for (const auto& setting : section.settings) {
      out += "\n" + comment(fmt::format("{} Give {}. [{}]", setting.prose, setting.type.accepts, variables(setting, ", ")));
      out += yaml_line(setting, setting.fallback);
    }
  }
  return out;
}

std::string markdown() {
  std::string out(markdown_head);
  for (const auto& section : schema()) {
    out += fmt::format("\n## {}\n\n| Key | Variable | Default | Value | Meaning |\n|---|---|---|---|---|\n", section.title);
    for (const auto& setting : section.settings) {
      out += fmt::format("| `{}` | `{}` | {} | {} | {} |\n", setting.key, variables(setting, "`, `"), table_cell(default_cell(setting)),
                         table_cell(setting.type.accepts), table_cell(setting.prose));
    }
  }
  return out;
}

std::string describe(const Config& config) {
  std::string out;
  for_each_setting([&](const Setting& setting) {
    const auto text = setting.type.text(config);
    const bool hidden = setting.secret == Secret::yes && !text.empty();
    out += fmt::format("{}: {}\n", setting.key, hidden ? "(hidden)" : setting.type.is_list ? text : scalar(text));
  });
  return out;
}

}  // namespace pico::config
