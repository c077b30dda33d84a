#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace pico::config {

/// One `key: value` of the file.
struct FileEntry {
  std::string key;
  int line = 0;                                                              ///< from 1
  enum class Shape { nothing, scalar, list, other } shape = Shape::nothing;  ///< nothing: `key:` without a value
  std::string text;  ///< of a scalar, or a list's elements separated by commas
};

struct FileContent {
  std::vector<FileEntry> entries;     ///< in the order of the file
  std::vector<std::string> problems;  ///< why the file could not be read, a sentence each
};

/// Reads a YAML file of plain `key: value` lines; a value may be a list of scalars.
FileContent read_yaml(const std::filesystem::path& file);

}  // namespace pico::config
