#include "pico/micro_import/find.hpp"

#include <algorithm>
#include <tuple>

namespace pico::micro_import {
namespace {

namespace fs = std::filesystem;

bool is_month(std::string_view name) {
  if (name.size() != 7 || name[4] != '-') return false;
  return std::ranges::all_of(name, [&](const char& c) { return &c == &name[4] || (c >= '0' && c <= '9'); });
}

void find_months(const fs::directory_entry& website, std::vector<Found>& found) {
  std::error_code error;
  for (const auto& month : fs::directory_iterator(website.path(), error)) {
    auto file = month.path() / "analytics.db";
    if (!is_month(month.path().filename().native()) || !fs::is_regular_file(file, error)) continue;
    found.push_back({website.path().filename(), month.path().filename(), std::move(file)});
  }
}

}  // namespace

Result<std::vector<Found>> find(const fs::path& root) {
  std::error_code error;
  std::vector<Found> found;
  for (const auto& website : fs::directory_iterator(root, error)) {
    std::error_code ignored;
    if (website.is_directory(ignored)) find_months(website, found);
  }
  if (error) return Error{Errc::io, root.string() + " cannot be read: " + error.message()};
  std::ranges::sort(found, {}, [](const Found& f) { return std::tie(f.website, f.month); });
  return found;
}

}  // namespace pico::micro_import
