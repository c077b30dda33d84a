#include "cube/day_cube.hpp"

#include <algorithm>
#include <cassert>

#include "cube/facts.hpp"
#include "cube/tally.hpp"

namespace pico::stats {

struct DayCube::Impl {
  Impl(storage::SiteId of_site, Day of_day, const Calendar& calendar) : site(of_site), day(of_day), hours(calendar, day, day) {}

  /// The facts of some or all visitors, with their words resolved. Changes no figure.
  cube::FactBatch read(storage::Connection& connection, std::optional<std::vector<std::int64_t>> visitors) {
    auto batch = cube::read_facts(connection, {.site = site, .day = day, .visitors = std::move(visitors)}, hours, words);
    for (auto& table : words) table.resolve(connection, site, columns);
    return batch;
  }

  const storage::SiteId site;
  const Day day;
  const Hours hours;
  cube::WordTables words = cube::make_word_tables();
  cube::Columns columns;
  cube::FactStore facts;
  cube::Tally tally{columns, words, hours};
};

DayCube::DayCube(storage::Connection& connection, storage::SiteId site, Day day, const Calendar& calendar)
    : impl_(std::make_unique<Impl>(site, day, calendar)) {
  impl_->facts.add(impl_->read(connection, std::nullopt));
  impl_->facts.each([&](const cube::VisitorFacts& facts) { impl_->tally.add(facts); });
}

DayCube::~DayCube() = default;

void DayCube::refresh(storage::Connection& connection, std::span<const std::int64_t> visitors) {
  std::vector<std::int64_t> distinct(visitors.begin(), visitors.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());

  const auto batch = impl_->read(connection, distinct);
  for (const auto visitor : distinct) {
    impl_->tally.subtract(impl_->facts.of(visitor));
    impl_->facts.remove(visitor);
  }
  impl_->facts.add(batch);
  for (const auto visitor : distinct) impl_->tally.add(impl_->facts.of(visitor));
}

bool DayCube::fits(const Calendar& calendar) const {
  const Hours hours(calendar, impl_->day, impl_->day);
  const auto& own = impl_->hours;
  if (!std::ranges::equal(own.starts(), hours.starts()) || !std::ranges::equal(own.labels(), hours.labels())) return false;
  for (std::size_t i = 0; i + 1 < own.starts().size(); ++i) {
    if (own.bucket(i) != hours.bucket(i)) return false;
  }
  return true;
}

void DayCube::each(Dimension dimension, const std::function<void(std::string_view, const Figures&)>& reader) const {
  assert(is_rolled_up(dimension));
  cube::column(impl_->columns, dimension).each(reader);
}

void DayCube::add_to(Table& table, Dimension dimension) const {
  each(dimension, [&](std::string_view value, const Figures& figures) { add(table, value, figures); });
}

std::size_t DayCube::visitors() const {
  std::int64_t visitors = 0;
  each(Dimension::none, [&](std::string_view, const Figures& figures) { visitors = figures.visitors; });
  return static_cast<std::size_t>(visitors);
}

std::size_t DayCube::bytes() const {
  std::size_t bytes = sizeof(Impl) + impl_->facts.bytes();
  for (const auto& table : impl_->words) bytes += table.bytes();
  for (const auto& each : impl_->columns) bytes += each.bytes();
  return bytes;
}

}  // namespace pico::stats
