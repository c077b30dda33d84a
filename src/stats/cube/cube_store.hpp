#pragma once
#include <cstddef>
#include <memory>

#include "cube/day_cube.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::stats {

/// The cubes in memory, each brought up to date by pico.feed when it is asked for. Bounded; the least recently used go first.
/// Thread-safe. docs/decisions says why no change can be missed (snapshots, the feed's horizon, its token).
class CubeStore {
 public:
  CubeStore(std::size_t max_bytes, metrics::Registry& registry);
  ~CubeStore();

  /// A cube held for one answer: nobody else changes or drops it meanwhile.
  class Lease {
   public:
    [[nodiscard]] const DayCube& cube() const;
    Lease(Lease&&) noexcept;
    ~Lease();

   private:
    friend class CubeStore;
    struct Impl;
    explicit Lease(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };

  /// The day as of the snapshot of the connection's transaction (REPEATABLE READ), or of a later one. Loads it when it is not there
  /// or cannot be brought up to date. Blocks while another thread works on the same day: take the days of one answer in rising
  /// order. Throws storage::DatabaseError.
  Lease lease(storage::Connection& connection, storage::SiteId site, Day day, const Calendar& calendar);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::stats
