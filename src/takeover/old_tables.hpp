#pragma once
#include <optional>
#include <vector>

#include "pico/takeover/takeover.hpp"

/// The tables of the original picolytics, as its migrations 1 to 3 leave them; they are the same from its version 0.1 to 0.3.
namespace pico::takeover {

struct OldDomain {
  std::int64_t id = 0;
  std::string name;
  std::optional<Instant> first_seen;
};

/// A session of its own that sees the old tables by their bare names, and ours as pico.….
class OldTables {
 public:
  /// Checks that they are there and complete.
  static Result<OldTables> open(const Options& options);

  std::vector<OldDomain> domains();
  std::uint64_t count_after(std::int64_t id);

  /// The greatest id up to which no event can appear any more: ids are given out when a row is stored, and not all that have one are
  /// committed in their order. Waits for the transactions that may have stored one. nullopt: they did not end within the patience.
  std::optional<std::int64_t> settled(const Options& options, const Observer& observer);

  struct Range {
    std::int64_t after = 0, last = 0;
    std::int64_t ranked_from = 0;  ///< earlier events of the same moments, with ids from here on, give ranks as well
  };
  /// At most `limit` events with ids above `after` up to `last`, in the order of src/takeover/columns.hpp.
  storage::Rows read(const Range& range, std::size_t limit);

  storage::Connection& connection() { return connection_; }

 private:
  explicit OldTables(storage::Connection connection) : connection_(std::move(connection)) {}
  std::vector<std::string> writers();

  storage::Connection connection_;
};

}  // namespace pico::takeover
