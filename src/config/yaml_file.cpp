#include "yaml_file.hpp"

#include <spdlog/fmt/fmt.h>
#include <yaml-cpp/yaml.h>
#include <fstream>

namespace pico::config {
namespace {

using Shape = FileEntry::Shape;

FileEntry entry_of(const YAML::Node& key, const YAML::Node& value) {
  FileEntry entry{.key = key.IsScalar() ? key.Scalar() : "", .line = key.Mark().line + 1, .shape = Shape::nothing, .text = ""};
  if (value.IsScalar()) {
    entry.shape = Shape::scalar;
    entry.text = value.Scalar();
  } else if (value.IsSequence()) {
    entry.shape = Shape::list;
    for (const auto& each : value) {
      if (!each.IsScalar()) entry.shape = Shape::other;
      if (each.IsScalar()) entry.text += (entry.text.empty() ? "" : ",") + each.Scalar();
    }
  } else if (!value.IsNull()) {
    entry.shape = Shape::other;
  }
  return entry;
}

}  // namespace

FileContent read_yaml(const std::filesystem::path& file) {
  FileContent content;
  std::ifstream stream(file);
  std::error_code ignored;
  if (!stream || std::filesystem::is_directory(file, ignored)) {
    content.problems.push_back(fmt::format("{}: the file cannot be read; check that it is there and readable.", file.string()));
    return content;
  }
  try {
    const auto root = YAML::Load(stream);
    if (root.IsMap()) {
      for (const auto& each : root) content.entries.push_back(entry_of(each.first, each.second));
    } else if (!root.IsNull()) {
      content.problems.push_back(fmt::format("{}: the file must be made of lines like `listenAddr: \":8080\"`.", file.string()));
    }
  } catch (const YAML::Exception& error) {
    content.problems.push_back(fmt::format("{} line {}: this is not YAML ({}).", file.string(), error.mark.line + 1, error.msg));
  }
  return content;
}

}  // namespace pico::config
