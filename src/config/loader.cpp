#include <spdlog/fmt/fmt.h>
#include <unistd.h>
#include <map>
#include <set>

#include "checks.hpp"
#include "pico/config/config.hpp"
#include "pico/core/text.hpp"
#include "setting.hpp"
#include "suggest.hpp"
#include "types.hpp"
#include "yaml_file.hpp"

namespace pico::config {
namespace {

std::string value_or(const Environment& environment, std::string_view variable, std::string_view fallback) {
  const auto found = environment.find(std::string(variable));
  return found == environment.end() || found->second.empty() ? std::string(fallback) : found->second;
}

const Setting* find_setting(std::string_view key) {
  const Setting* found = nullptr;
  for_each_setting([&](const Setting& setting) {
    if (equals_ignore_case(setting.key, key)) found = &setting;
  });
  return found;
}

/// µAnalytics' program reads PORT where its README says MA_PORT. Many platforms set PORT and mean the public listener's, so it counts
/// only beside MA_ROOT, which nobody else sets.
std::string_view third_name(const Setting& setting, const Environment& environment) {
  return setting.alias == "MA_PORT" && !value_or(environment, "MA_ROOT", "").empty() ? "PORT" : "";
}

/// Puts one layer over the other and collects what is wrong with each value.
class Loader {
 public:
  Result<Config> load(const LoadOptions& options) {
    for_each_setting([&](const Setting& setting) { assign(setting, setting.fallback, "default"); });
    const auto file = config_file(options);
    std::error_code unreachable;  // a file that cannot even be looked at is reported, one that is not there is not
    if (options.file || std::filesystem::exists(file, unreachable) || unreachable) take_file(file);
    for_each_setting([&](const Setting& setting) {
      for (const auto variable : {setting.variable, setting.alias, third_name(setting, options.environment)}) {
        const auto value = variable.empty() ? std::string() : value_or(options.environment, variable, "");
        if (value.empty()) continue;
        give(setting, value, fmt::format("variable {}", variable));
        break;
      }
    });
    for (auto& problem : reconcile(config_, given_)) problems_.push_back(std::move(problem));
    if (!problems_.empty()) return Error{Errc::invalid, fmt::format("{}", fmt::join(problems_, "\n"))};
    return std::move(config_);
  }

 private:
  void take_file(const std::filesystem::path& file) {
    auto content = read_yaml(file);
    problems_ = std::move(content.problems);
    std::map<std::string_view, const FileEntry*> seen;
    for (const auto& entry : content.entries) {
      const auto where = fmt::format("{} line {}", file.string(), entry.line);
      const auto* setting = find_setting(entry.key);
      if (setting == nullptr) {
        report_unknown(entry.key, where);
      } else if (const auto [before, is_new] = seen.try_emplace(setting->key, &entry); is_new) {
        take_entry(*setting, entry, where);
      } else if (before->second->shape != entry.shape || before->second->text != entry.text) {  // alike, it does no harm: so does the original's own sample
        problems_.push_back(fmt::format("{} ({}): the key stands in the file twice, with different values; remove one.", setting->key, where));
      }
    }
  }

  void take_entry(const Setting& setting, const FileEntry& entry, const std::string& where) {
    using enum FileEntry::Shape;
    if (entry.shape == other || (entry.shape == list && !setting.type.is_list)) {
      problems_.push_back(fmt::format("{} ({}): one value is expected here; give {}.", setting.key, where, setting.type.accepts));
    } else {
      give(setting, entry.text, where);  // a key without a value: an empty text
    }
  }

  void report_unknown(std::string_view key, const std::string& where) {
    const auto near = suggest_key(key);
    const auto advice = near.empty() ? std::string("docs/configuration.md has all keys.") : fmt::format("did you mean {}?", near);
    problems_.push_back(fmt::format("{}: there is no setting \"{}\"; {}", where, clean_text(key, 64), advice));
  }

  void give(const Setting& setting, std::string_view text, std::string_view source) {
    const auto value = setting.secret == Secret::yes ? text : trim(text);
    const bool empty = setting.type.is_list ? split_list(value).empty() : value.empty();
    if (empty && !setting.type.takes_empty) return;  // nothing said: the default stays
    given_.insert(setting.key);
    assign(setting, value, source);
  }

  void assign(const Setting& setting, std::string_view text, std::string_view source) {
    const auto wrong = setting.type.assign(config_, text);
    if (!wrong) return;
    const auto what = setting.secret == Secret::yes ? std::string("the value") : "\"" + clean_text(*wrong, 64) + "\"";
    problems_.push_back(fmt::format("{} ({}): {} is not right; give {}.", setting.key, source, what, setting.type.accepts));
  }

  Config config_;
  std::set<std::string_view> given_;
  std::vector<std::string> problems_;
};

}  // namespace

Environment process_environment() {
  Environment out;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable(*each);
    const auto equals = variable.find('=');
    if (equals != std::string_view::npos) out.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return out;
}

std::filesystem::path config_file(const LoadOptions& options) {
  if (options.file) return *options.file;
  return std::filesystem::path(value_or(options.environment, "CONFIG_PATH", ".")) /
         (value_or(options.environment, "CONFIG_NAME", "config") + ".yaml");
}

Result<Config> load(const LoadOptions& options) {
  return Loader().load(options);
}

}  // namespace pico::config
