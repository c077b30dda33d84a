#pragma once
#include <array>
#include <cstdint>
#include <filesystem>

namespace pico::app {

/// Tells a folder from its copies by a file in it that is made once and stays: the same at every start, also after the folder was
/// renamed; another one when files were copied, by whatever means. (A copy of the whole disk cannot be told from it.)
std::array<std::uint8_t, 16> folder_identity(const std::filesystem::path& file);

}  // namespace pico::app
