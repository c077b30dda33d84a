#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "pico/core/result.hpp"

/// The files of µAnalytics: one SQLite database for each website and month, `ROOT/WEBSITE/YYYY-MM/analytics.db`.
namespace pico::micro_import {

struct Found {
  std::string website;  ///< name of the folder
  std::string month;    ///< `2015-11`, of UTC
  std::filesystem::path file;
};

/// All of a root, by website and month. What is not named like that is left out. Errc::io: the root or a website's folder cannot be read, or not to its end.
Result<std::vector<Found>> find(const std::filesystem::path& root);

}  // namespace pico::micro_import
