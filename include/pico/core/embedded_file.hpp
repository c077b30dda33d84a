#pragma once
#include <span>
#include <string_view>

namespace pico {

/// A file that is part of the binary (cmake/embed.cmake). Both views live as long as the program.
struct EmbeddedFile {
  std::string_view name;  ///< path relative to the embedding folder, '/'-separated
  std::string_view data;
};

/// The content of the embedded statement `name`, of the file `…/name.sql`. Throws std::logic_error: the program asks for one that it lacks.
std::string_view find_statement(std::span<const EmbeddedFile> files, std::string_view name);

}  // namespace pico
