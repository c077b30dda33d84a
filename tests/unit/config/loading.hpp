#pragma once
#include <gtest/gtest.h>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "pico/config/config.hpp"

namespace pico::config {

/// A folder of its own that is removed at the end, so that no config.yaml of the source folder is read.
class Loading : public testing::Test {
 protected:
  Loading() {
    std::string pattern = testing::TempDir() + "pico-config-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Loading() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  std::filesystem::path write(std::string_view name, std::string_view text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  /// Loads a file of that text, with CONFIG_PATH pointing into the folder.
  [[nodiscard]] Result<Config> load_with(std::string_view file, Environment environment = {}) const {
    write("config.yaml", file);
    environment.emplace("CONFIG_PATH", folder_.string());
    return load({std::nullopt, std::move(environment)});
  }

  [[nodiscard]] Config good(std::string_view file, Environment environment = {}) const {
    auto loaded = load_with(file, std::move(environment));
    if (!loaded) ADD_FAILURE() << loaded.error().message;
    return loaded ? *loaded : Config{};
  }

  /// What is wrong with it, without the folder's name.
  [[nodiscard]] std::string problems(std::string_view file, Environment environment = {}) const {
    const auto loaded = load_with(file, std::move(environment));
    if (loaded) return "";
    EXPECT_EQ(loaded.error().code, Errc::invalid);
    auto message = loaded.error().message;
    for (std::size_t at = 0; (at = message.find(folder_.string() + "/")) != std::string::npos;) {
      message.erase(at, folder_.string().size() + 1);
    }
    return message;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace pico::config
