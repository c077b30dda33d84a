#pragma once
#include <string_view>

namespace pico {

/// A file that is part of the binary (cmake/embed.cmake). Both views live as long as the program.
struct EmbeddedFile {
  std::string_view name;  ///< path relative to the embedding folder, '/'-separated
  std::string_view data;
};

}  // namespace pico
