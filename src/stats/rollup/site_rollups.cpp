#include "site_rollups.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "codec.hpp"
#include "range.hpp"
#include "sql.hpp"

namespace pico::stats {
namespace {

/// What a month's figures by day say; nullopt: they cannot be read.
std::optional<std::vector<std::pair<Day, Figures>>> days_in(std::span<const std::uint8_t> payload) {
  const auto table = DecodedTable::of(payload);
  if (!table) return std::nullopt;
  std::vector<std::pair<Day, Figures>> days;
  table->each([&](std::string_view value, const Figures& figures) {
    if (const auto day = day_of_label(value)) days.emplace_back(*day, figures);
  });
  if (days.size() != table->size()) return std::nullopt;
  return days;  // dates rise as their texts do
}

}  // namespace

std::size_t SiteRollups::bytes() const {
  std::size_t bytes = sizeof *this + days.capacity() * sizeof(Day);
  for (const auto& [month, content] : months) bytes += 64 + sizeof content + content.capacity() * sizeof content.front();
  return bytes;
}

SeenRollups fetch_rollups(storage::Connection& connection, storage::SiteId site, Day first, Day last, std::int64_t known_version) {
  const auto rows = connection.execute(sql("site_rollups.fetch"), site, first, last, known_version);
  SeenRollups seen;
  auto rolled = std::make_shared<SiteRollups>();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto kind = rows.text(i, 0);
    if (kind == "version") {
      seen.version = rows.get<std::int64_t>(i, 1);
      continue;
    }
    const auto day = rows.get<Day>(i, 2);
    if (kind == "open") seen.unrolled.push_back(day);
    if (kind == "marked") seen.marked.push_back(day);
    if (kind == "rolled") rolled->days.push_back(day);
    if (kind == "month") {
      if (auto days = days_in(rows.get<std::vector<std::uint8_t>>(i, 3))) rolled->months.emplace(day, std::move(*days));
    }
  }
  if (seen.version == known_version) return seen;
  rolled->version = seen.version;
  std::sort(rolled->days.begin(), rolled->days.end());
  seen.rolled = std::move(rolled);
  return seen;
}

}  // namespace pico::stats
