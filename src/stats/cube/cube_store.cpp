#include "cube/cube_store.hpp"

#include <algorithm>
#include <cassert>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "pico/storage/day_feed.hpp"

namespace pico::stats {
namespace {

using Key = std::pair<storage::SiteId, Day>;

/// A day is read anew when the feed names more visitors than it had: to look up half of them costs as much (docs/performance.md),
/// and most come several times. So many, however, are always looked up.
constexpr std::size_t always_refreshed = 10'000;

struct Entry {
  explicit Entry(Key of) : key(of) {}

  const Key key;

  std::mutex mutex;
  std::optional<DayCube> cube;     // guarded by mutex
  storage::FeedPosition position;  // of the cube; guarded by mutex

  // Guarded by the store's mutex.
  std::size_t bytes = 0;
  int users = 0;  // leases, and those who wait for one
};

/// The most recently used first.
using Entries = std::list<Entry>;

struct Metrics {
  explicit Metrics(metrics::Registry& registry)
      : bytes(registry.gauge("picolytics_cubes_bytes", "Memory that days held in memory take.")),
        cubes(registry.gauge("picolytics_cubes", "Days held in memory.")),
        hits(leases(registry, "as_is")),
        refreshes(leases(registry, "refreshed")),
        loads(leases(registry, "loaded")),
        evictions(registry.counter("picolytics_cubes_evicted_total", "Days dropped from memory to make room.")) {}

  static metrics::Counter& leases(metrics::Registry& registry, const char* how) {
    return registry.counter("picolytics_cube_leases_total",
                            "Uses of days in memory: as they were, brought up to date, or read from the database.",
                            {{"how", how}});
  }

  metrics::Gauge& bytes;
  metrics::Gauge& cubes;
  metrics::Counter& hits;
  metrics::Counter& refreshes;
  metrics::Counter& loads;
  metrics::Counter& evictions;
};

}  // namespace

struct CubeStore::Impl {
  Impl(std::size_t bytes, metrics::Registry& registry) : max_bytes(bytes), metrics(registry) {}

  /// The entry of the key, new or old, which stays until release().
  Entry& acquire(Key key) {
    const std::lock_guard lock(mutex);
    auto known = by_key.find(key);
    if (known == by_key.end()) {
      entries.emplace_front(key);
      known = by_key.emplace(key, entries.begin()).first;
    } else {
      entries.splice(entries.begin(), entries, known->second);
    }
    ++known->second->users;
    return *known->second;
  }

  void release(Entry& entry) {
    Entries dropped;  // destroyed without the lock
    const std::lock_guard lock(mutex);
    --entry.users;
    if (entry.users == 0 && entry.bytes == 0) {  // its loading failed
      drop(by_key.at(entry.key), dropped);
    } else {
      evict(dropped);
    }
    show();
  }

  /// Counts the memory of an entry that the caller has locked.
  void account(Entry& entry) {
    Entries dropped;
    const std::lock_guard lock(mutex);
    held_bytes -= entry.bytes;
    entry.bytes = entry.cube ? sizeof(Entry) + entry.cube->bytes() : 0;
    held_bytes += entry.bytes;
    evict(dropped);
    show();
  }

  /// With the entry's mutex.
  void bring_up_to_date(Entry& entry, storage::Connection& connection, const Calendar& calendar) {
    auto now = storage::feed_position(connection);
    if (entry.cube && entry.cube->fits(calendar) && !now.feed.empty() && now.feed == entry.position.feed) {
      if (now.snapshot <= entry.position.snapshot) return metrics.hits.Increment();
      if (catch_up(entry, connection, now)) return;
    }
    load(entry, connection, calendar, std::move(now));
  }

  std::mutex mutex;
  const std::size_t max_bytes;
  Entries entries;                           // guarded by mutex
  std::map<Key, Entries::iterator> by_key;   // guarded by mutex
  std::size_t held_bytes = 0;                // guarded by mutex
  Metrics metrics;

 private:
  /// False: the feed does not tell what has changed.
  bool catch_up(Entry& entry, storage::Connection& connection, const storage::FeedPosition& now) {
    if (!storage::covers(now, entry.position)) return false;
    const auto [site, day] = entry.key;
    const auto visitors = storage::visitors_changed(connection, site, day, entry.position.snapshot,
                                                    std::max(always_refreshed, entry.cube->visitors()));
    if (!visitors) return false;
    if (!visitors->empty()) refresh(entry, connection, *visitors);
    entry.position = now;
    (visitors->empty() ? metrics.hits : metrics.refreshes).Increment();
    return true;
  }

  void refresh(Entry& entry, storage::Connection& connection, std::span<const std::int64_t> visitors) {
    try {
      entry.cube->refresh(connection, visitors);
    } catch (const storage::DatabaseError&) {
      throw;  // the cube is as it was
    } catch (...) {
      entry.cube.reset();  // out of memory halfway
      account(entry);
      throw;
    }
    account(entry);
  }

  void load(Entry& entry, storage::Connection& connection, const Calendar& calendar, storage::FeedPosition now) {
    entry.cube.reset();
    account(entry);  // makes room meanwhile, and is right when loading fails
    entry.cube.emplace(connection, entry.key.first, entry.key.second, calendar);
    entry.position = std::move(now);
    account(entry);
    metrics.loads.Increment();
  }

  /// With the mutex, as all below.
  void evict(Entries& dropped) {
    for (auto entry = entries.end(); held_bytes > max_bytes && entry != entries.begin();) {
      --entry;
      if (entry->users > 0) continue;
      auto next = std::next(entry);
      drop(entry, dropped);
      metrics.evictions.Increment();
      entry = next;
    }
  }
  void drop(Entries::iterator entry, Entries& dropped) {
    held_bytes -= entry->bytes;
    by_key.erase(entry->key);
    dropped.splice(dropped.end(), entries, entry);
  }
  void show() {
    metrics.bytes.Set(static_cast<double>(held_bytes));
    metrics.cubes.Set(static_cast<double>(entries.size()));
  }
};

struct CubeStore::Lease::Impl {
  Impl(CubeStore::Impl& of, Key key) : store(of), entry(store.acquire(key)), lock(entry.mutex) {}
  ~Impl() {
    lock.unlock();
    store.release(entry);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  CubeStore::Impl& store;
  Entry& entry;
  std::unique_lock<std::mutex> lock;
};

CubeStore::CubeStore(std::size_t max_bytes, metrics::Registry& registry) : impl_(std::make_unique<Impl>(max_bytes, registry)) {}

CubeStore::~CubeStore() {
  for ([[maybe_unused]] const auto& entry : impl_->entries) assert(entry.users == 0);
}

CubeStore::Lease CubeStore::lease(storage::Connection& connection, storage::SiteId site, Day day, const Calendar& calendar) {
  Lease lease(std::make_unique<Lease::Impl>(*impl_, Key{site, day}));
  impl_->bring_up_to_date(lease.impl_->entry, connection, calendar);
  return lease;
}

CubeStore::Lease::Lease(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CubeStore::Lease::Lease(Lease&&) noexcept = default;
CubeStore::Lease::~Lease() = default;

const DayCube& CubeStore::Lease::cube() const {
  return *impl_->entry.cube;
}

}  // namespace pico::stats
