#pragma once
#include <cstddef>
#include <memory>

#include "cube/day_cube.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::stats {

/// The cubes in memory, each brought up to date by pico.feed when it is asked for. Bounded; the least recently used go first.
/// Thread-safe. docs/decisions/0011-cubes-and-feed.md says why no change can be missed.
class CubeStore {
 public:
  /// max_bytes: what cubes may take that nobody holds a lease of. One that is larger is dropped when its lease ends.
  CubeStore(std::size_t max_bytes, metrics::Registry& registry);
  /// No lease may be left.
  ~CubeStore();

  /// A cube held for one answer: nobody else changes or drops it meanwhile. Ends on the thread that took it.
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
  /// or cannot be brought up to date. Blocks while another thread works on the same day: a thread that holds several leases takes
  /// their days in rising order, and none twice. Throws storage::DatabaseError.
  Lease lease(storage::Connection& connection, storage::SiteId site, Day day, const Calendar& calendar);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::stats
