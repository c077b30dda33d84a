#include "pico/core/embedded_file.hpp"

#include <stdexcept>
#include <string>

namespace pico {

std::string_view find_statement(std::span<const EmbeddedFile> files, std::string_view name) {
  for (const auto& file : files) {
    auto path = file.name;
    path.remove_prefix(path.rfind('/') + 1);
    if (path.substr(0, path.size() - std::string_view(".sql").size()) == name) return file.data;
  }
  throw std::logic_error("no embedded statement " + std::string(name));
}

}  // namespace pico
