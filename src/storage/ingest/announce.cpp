#include <algorithm>

#include "binary.hpp"
#include "day_locks.hpp"
#include "ingest_impl.hpp"

namespace pico::storage {
namespace {

/// A site's day and its part of the keys, counted from 1 as Postgres does.
struct Part {
  SiteId site = 0;
  Day day;
  std::int32_t first = 0, last = 0;
};

std::vector<Part> parts_of(std::span<const VisitorDay> keys) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto number = static_cast<std::int32_t>(i + 1);
    if (parts.empty() || parts.back().site != keys[i].site || parts.back().day != keys[i].day)
      parts.push_back({keys[i].site, keys[i].day, number, number});
    parts.back().last = number;
  }
  return parts;
}

}  // namespace

void Ingest::Batch::announce(std::span<const VisitorDay> changed) {
  if (changed.empty()) return;
  const auto parts = parts_of(changed);
  std::vector<std::int32_t> days;
  for (const auto& part : parts) days.push_back(day_number(part.day));
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());

  std::string lock_class;
  binary::append_number(lock_class, day_lock_class);
  ingest_.run("day_changes.lock_shared", {lock_class, binary::array(days, [](std::int32_t day) { return day; })});
  ingest_.run("day_changes.announce",
              {binary::array(parts, [](const Part& p) { return p.site; }), binary::array(parts, [](const Part& p) { return p.day; }),
               binary::array(parts, [](const Part& p) { return p.first; }),
               binary::array(parts, [](const Part& p) { return p.last; }),
               binary::array(changed, [](const VisitorDay& v) { return v.visitor; })});
}

void Ingest::Batch::announce(std::vector<DayChange> changes) {
  storage::announce(ingest_.connection, std::move(changes));
}

}  // namespace pico::storage
