#include "rollup_store.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <mutex>
#include <set>
#include <span>

#include "cache.hpp"
#include "codec.hpp"
#include "cube/day_cube.hpp"
#include "groups.hpp"
#include "rollup_table.hpp"
#include "site_rollups.hpp"

namespace pico::stats {
namespace {

using Days = std::vector<Day>;
using EachDay = std::function<void(Day, const Table&)>;
using ByDay = std::vector<std::pair<Day, Table>>;

constexpr std::size_t max_damaged_days = 10'000;

/// Both days included; days rises.
std::span<const Day> within(const Days& days, Day first, Day last) {
  const auto begin = std::lower_bound(days.begin(), days.end(), first);
  const auto end = std::upper_bound(begin, days.end(), last);
  return {begin, end};
}

void append(std::string& key, std::int64_t value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A cache's key of what is made of exactly these days: marks differ between transactions that see the same version, and what is kept
/// may only be given to those that mean the same days. Days are written as runs of consecutive ones.
std::string key_of(char kind, const Coverage& coverage, Dimension dimension, std::span<const Day> days) {
  std::string key(1, kind);
  append(key, coverage.site);
  append(key, coverage.version);
  append(key, static_cast<std::int64_t>(dimension));
  for (std::size_t i = 0; i < days.size(); ++i) {
    if (i == 0 || days[i] != days[i - 1] + std::chrono::days(1)) append(key, days[i].time_since_epoch().count());
    if (i + 1 == days.size() || days[i + 1] != days[i] + std::chrono::days(1)) append(key, days[i].time_since_epoch().count());
  }
  return key;
}

std::string key_of_site(storage::SiteId site) {
  std::string key(1, 's');
  append(key, site);
  return key;
}

bool made_of(const std::vector<std::pair<Day, Figures>>& month, std::span<const Day> days) {
  return std::equal(month.begin(), month.end(), days.begin(), days.end(), [](const auto& a, Day b) { return a.first == b; });
}

/// What to read for a sum over days.
struct Plan {
  Days months, days;
};

/// A month's rollup serves when it was made of exactly those of its days that are wanted.
Plan plan(const SiteRollups& rollups, std::span<const Day> wanted) {
  Plan plan;
  while (!wanted.empty()) {
    const auto month = month_of(wanted.front());
    const auto end = std::find_if(wanted.begin(), wanted.end(), [&](Day day) { return month_of(day) != month; });
    const auto size = static_cast<std::size_t>(end - wanted.begin());
    const auto of_month = wanted.first(size);
    const auto rolled = rollups.months.find(month);
    if (rolled != rollups.months.end() && made_of(rolled->second, of_month)) {
      plan.months.push_back(month);
    } else {
      plan.days.insert(plan.days.end(), of_month.begin(), of_month.end());
    }
    wanted = wanted.subspan(size);
  }
  return plan;
}

}  // namespace

struct RollupStore::Impl {
  Impl(std::size_t max_bytes, metrics::Registry& registry, std::size_t wanted_rows)
      : cache(max_bytes, registry),
        most_kept_by_day(max_bytes / 8),
        max_rows(wanted_rows),
        damaged_total(registry.counter("picolytics_rollups_damaged_total", "Stored rollups that could not be read.")) {}

  std::shared_ptr<const SiteRollups> rollups(storage::Connection& connection, const Coverage& coverage);
  std::set<Day> damaged_days(storage::SiteId site, std::int64_t version);
  void note_damage(const Coverage& coverage, Day day);
  void read_days(storage::Connection& connection, const Coverage& coverage, Dimension dimension, std::span<const Day> days,
                 const std::function<void(Day, const DecodedTable&)>& each, const EachDay& recounted);
  Table sum(storage::Connection& connection, const Coverage& coverage, Dimension dimension, std::span<const Day> days);
  void read_by_day(storage::Connection& connection, const Coverage& coverage, Dimension dimension, std::span<const Day> days,
                   const EachDay& each);

  Cache cache;
  const std::size_t most_kept_by_day;  // bytes
  const std::size_t max_rows;
  metrics::Counter& damaged_total;
  std::mutex mutex;
  /// Which days could not be read, as of which version. Guarded by mutex.
  std::map<std::pair<storage::SiteId, Day>, std::int64_t> damaged;
};

/// The cached ones can be of another version by now, or gone: the transaction still sees its own.
std::shared_ptr<const SiteRollups> RollupStore::Impl::rollups(storage::Connection& connection, const Coverage& coverage) {
  if (auto cached = cache.find<SiteRollups>(key_of_site(coverage.site)); cached && cached->version == coverage.version) return cached;
  auto seen = fetch_rollups(connection, coverage.site, coverage.first, coverage.last, -1);
  assert(seen.version == coverage.version && "the coverage is of another transaction");
  return seen.rolled;
}

std::set<Day> RollupStore::Impl::damaged_days(storage::SiteId site, std::int64_t version) {
  std::set<Day> days;
  const std::lock_guard lock(mutex);
  for (auto entry = damaged.lower_bound({site, Day::min()}); entry != damaged.end() && entry->first.first == site; ++entry) {
    if (entry->second == version) days.insert(entry->first.second);
  }
  return days;
}

void RollupStore::Impl::note_damage(const Coverage& coverage, Day day) {
  damaged_total.Increment();
  const std::lock_guard lock(mutex);
  // Full: they are found again when they are read again.
  if (damaged.size() >= max_damaged_days) damaged.clear();
  const auto [entry, is_new] = damaged.insert_or_assign({coverage.site, day}, coverage.version);
  if (is_new) spdlog::warn("the rollup of {} of site {} cannot be read: the day is counted anew", to_string(day), coverage.site);
}

void RollupStore::Impl::read_days(storage::Connection& connection, const Coverage& coverage, Dimension dimension,
                                  std::span<const Day> days, const std::function<void(Day, const DecodedTable&)>& each,
                                  const EachDay& recounted) {
  Days unreadable;
  read_rollups(connection, coverage.site, RollupPeriod::day, dimension, days, [&](Day day, const auto& payload) {
    const auto table = DecodedTable::of(payload);
    if (table) each(day, *table);
    else unreadable.push_back(day);
  });
  if (unreadable.empty()) return;
  const auto calendar = Calendar::of_site(connection, coverage.site);
  for (const auto day : unreadable) {
    note_damage(coverage, day);
    Table table;
    DayCube(connection, coverage.site, day, calendar).add_to(table, dimension);
    recounted(day, table);
  }
}

Table RollupStore::Impl::sum(storage::Connection& connection, const Coverage& coverage, Dimension dimension,
                             std::span<const Day> wanted) {
  const auto known = rollups(connection, coverage);
  auto [months, days] = plan(*known, wanted);
  Table sum;
  const auto check = [&] {
    if (sum.size() > max_rows) throw TooManyGroups();
  };
  const auto take = [&](const DecodedTable& table) {
    if (sum.empty()) sum.reserve(table.size());
    table.add_to(sum);
    check();
  };
  read_rollups(connection, coverage.site, RollupPeriod::month, dimension, months, [&](Day month, const auto& payload) {
    if (const auto table = DecodedTable::of(payload)) return take(*table);
    if (!payload.empty()) damaged_total.Increment();
    for (const auto& [day, figures] : known->months.at(month)) days.push_back(day);
  });
  read_days(
      connection, coverage, dimension, days, [&](Day, const DecodedTable& table) { take(table); },
      [&](Day, const Table& table) {
        add(sum, table);
        check();
      });
  return sum;
}

void RollupStore::Impl::read_by_day(storage::Connection& connection, const Coverage& coverage, Dimension dimension,
                                    std::span<const Day> wanted, const EachDay& each) {
  Days days(wanted.begin(), wanted.end());
  if (dimension == Dimension::none) {
    // Months know the totals of their days: a year without reading a day.
    for (const auto& [month, content] : rollups(connection, coverage)->months) {
      for (const auto& [day, figures] : content) {
        if (std::erase(days, day) > 0 && !figures.zero()) each(day, {{"", figures}});
      }
    }
  }
  const auto give_decoded = [&](Day day, const DecodedTable& decoded) {
    Table table;
    table.reserve(decoded.size());
    decoded.add_to(table);
    each(day, table);
  };
  read_days(connection, coverage, dimension, days, give_decoded, [&](Day day, const Table& table) {
    if (!table.empty()) each(day, table);
  });
}

RollupStore::RollupStore(std::size_t max_bytes, metrics::Registry& registry, std::size_t max_rows)
    : impl_(std::make_unique<Impl>(max_bytes, registry, max_rows)) {}
RollupStore::~RollupStore() = default;

Coverage RollupStore::coverage(storage::Connection& connection, storage::SiteId site, Day first, Day last) {
  const auto cached = impl_->cache.find<SiteRollups>(key_of_site(site));
  const auto seen = fetch_rollups(connection, site, first, last, cached ? cached->version : -1);
  const auto& rolled = seen.rolled ? seen.rolled : cached;
  if (seen.rolled) impl_->cache.put(key_of_site(site), seen.rolled, seen.rolled->bytes());

  Coverage coverage{.site = site, .first = first, .last = last, .version = seen.version, .closed = {}, .open = {}};
  auto unusable = impl_->damaged_days(site, seen.version);
  unusable.insert(seen.marked.begin(), seen.marked.end());
  std::set<Day> open(seen.unrolled.begin(), seen.unrolled.end());
  open.insert(seen.marked.begin(), seen.marked.end());
  for (const auto day : within(rolled->days, first, last)) {
    if (unusable.contains(day)) open.insert(day);
    else coverage.closed.push_back(day);
  }
  coverage.open.assign(open.begin(), open.end());
  return coverage;
}

std::shared_ptr<const Table> RollupStore::fold(storage::Connection& connection, const Coverage& coverage, Dimension dimension,
                                               Day first, Day last) {
  const auto days = within(coverage.closed, first, last);
  auto key = key_of('f', coverage, dimension, days);
  if (auto cached = impl_->cache.find<Table>(key)) return cached;
  const std::shared_ptr<const Table> table = std::make_shared<Table>(impl_->sum(connection, coverage, dimension, days));
  impl_->cache.put(std::move(key), table, bytes_of(*table));
  return table;
}

void RollupStore::each_day(storage::Connection& connection, const Coverage& coverage, Dimension dimension, Day first, Day last,
                           const EachDay& each) {
  const auto days = within(coverage.closed, first, last);
  auto key = key_of('d', coverage, dimension, days);
  if (const auto cached = impl_->cache.find<ByDay>(key)) {
    for (const auto& [day, table] : *cached) each(day, table);
    return;
  }
  // Kept as long as that is little, such as totals and sources.
  auto kept = std::make_shared<ByDay>();
  std::size_t bytes = 0;
  impl_->read_by_day(connection, coverage, dimension, days, [&](Day day, const Table& table) {
    each(day, table);
    bytes += bytes_of(table) + sizeof(ByDay::value_type);
    if (bytes <= impl_->most_kept_by_day) kept->emplace_back(day, table);
    else kept->clear();
  });
  if (bytes <= impl_->most_kept_by_day) impl_->cache.put(std::move(key), std::shared_ptr<const ByDay>(std::move(kept)), bytes);
}

}  // namespace pico::stats
