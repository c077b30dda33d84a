#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/stats/answer.hpp"
#include "pico/stats/query.hpp"
#include "pico/storage/connection.hpp"

namespace pico::stats {

struct Options {
  std::size_t cube_bytes = 256u << 20;   ///< days held in memory, the least recently used go first
  std::size_t rollup_cache_bytes = 64u << 20;  ///< folded rollups held in memory
  std::size_t max_groups = 1'000'000;    ///< groups one question may make before order and limit
};

/// Answers questions. Every answer is exact as of a moment not before the call: it equals a recount of the raw rows.
///
/// Threads: any number at once, each with a connection of its own (not in a transaction). Blocks on Postgres: call it on a thread of
/// storage::Pool. Owns the cubes of the days that are looked at and a cache of folded rollups. Throws storage::DatabaseError.
class Service {
 public:
  Service(const Options& options, metrics::Registry& registry, const Clock& clock);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Errc::invalid: validate() refuses it, or a goal is not configured. Errc::not_found: no such site.
  Result<Answer> answer(storage::Connection& connection, const Query& query);
  /// Several questions about one moment, in one transaction: a dashboard.
  Result<std::vector<Answer>> answer(storage::Connection& connection, std::span<const Query> queries);

  /// Distinct visitors of the last five minutes, bots aside.
  Result<std::int64_t> live_visitors(storage::Connection& connection, std::string_view site);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::stats
