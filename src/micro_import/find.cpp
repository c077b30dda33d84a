#include "pico/micro_import/find.hpp"

#include <algorithm>
#include <tuple>

#include "pico/api/micro_stored_visits.hpp"

namespace pico::micro_import {
namespace {

namespace fs = std::filesystem;

bool is_month(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return name.size() == 7 && name[4] == '-' && std::ranges::all_of(name.substr(0, 4), is_digit) && std::ranges::all_of(name.substr(5), is_digit);
}

/// Calls visit(entry) for all in a folder. A loop over the iterator would throw what reading fails with after the first.
template <class Visit>
Result<void> for_each_entry(const fs::path& folder, Visit visit) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error))
    if (auto visited = visit(*entry); !visited) return visited;
  if (error) return Error{Errc::io, folder.string() + " cannot be read: " + error.message()};
  return {};
}

Result<void> find_months(const fs::path& website, std::vector<Found>& found) {
  return for_each_entry(website, [&](const fs::directory_entry& month) -> Result<void> {
    std::error_code error;
    auto file = month.path() / "analytics.db";
    if (is_month(month.path().filename().native()) && fs::is_regular_file(file, error))
      found.push_back({website.filename(), month.path().filename(), std::move(file)});
    return {};
  });
}

}  // namespace

Result<std::vector<Found>> find(const fs::path& root) {
  std::vector<Found> found;
  const auto read = for_each_entry(root, [&](const fs::directory_entry& website) -> Result<void> {
    std::error_code error;
    if (!website.is_directory(error)) return {};
    auto months = find_months(website.path(), found);
    const bool matters = api::MicroStoredVisits::site_of(website.path().filename().native()).has_value();  // lost+found is for root only
    return matters ? months : Result<void>{};
  });
  if (!read) return read.error();
  std::ranges::sort(found, {}, [](const Found& f) { return std::tie(f.website, f.month); });
  return found;
}

}  // namespace pico::micro_import
