#include "pico/stats/service.hpp"

#include "asking.hpp"
#include "pico/storage/sites.hpp"

namespace pico::stats {
namespace {

Error no_such_site() {
  return {Errc::not_found, "There is no such site."};
}

}  // namespace

struct Service::Impl {
  Impl(const Options& wanted, metrics::Registry& registry, const Clock& used_clock)
      : options(wanted), clock(used_clock), cubes(options.cube_bytes, registry), rollups(options.rollup_cache_bytes, registry, options.max_groups) {}

  const Options options;
  const Clock& clock;
  CubeStore cubes;
  RollupStore rollups;
};

Service::Service(const Options& options, metrics::Registry& registry, const Clock& clock)
    : impl_(std::make_unique<Impl>(options, registry, clock)) {}
Service::~Service() = default;

Result<Answer> Service::answer(storage::Connection& connection, const Query& query) {
  auto answers = answer(connection, std::span(&query, 1));
  if (!answers) return answers.error();
  return std::move(answers->front());
}

Result<std::vector<Answer>> Service::answer(storage::Connection& connection, std::span<const Query> queries) {
  for (const auto& query : queries) {
    if (auto valid = validate(query); !valid) return valid.error();
  }
  storage::Transaction transaction(connection, storage::Isolation::repeatable_read);
  connection.execute("set local enable_partitionwise_join = on");
  std::vector<Answer> answers;
  std::optional<Asking> asking;
  std::string_view site;
  try {
    for (const auto& query : queries) {
      if (!asking || query.site != site) {
        const auto id = storage::find_site(connection, query.site);
        if (!id) return no_such_site();
        asking.emplace(impl_->options, impl_->cubes, impl_->rollups, connection, *id, impl_->clock.now());
        site = query.site;
      }
      auto answer = asking->answer(query);
      if (!answer) return answer.error();
      answers.push_back(std::move(*answer));
    }
  } catch (const TooManyGroups& error) {
    return Error{Errc::invalid, error.what()};
  }
  transaction.commit();
  return answers;
}

Result<std::int64_t> Service::live_visitors(storage::Connection& connection, std::string_view site) {
  const auto id = storage::find_site(connection, site);
  if (!id) return no_such_site();
  // The site's days of the last five minutes are among yesterday, today and tomorrow by UTC. µAnalytics' API takes visits that are still to
  // come.
  const auto now = impl_->clock.now();
  const auto since = now - std::chrono::minutes(5);
  const auto today = std::chrono::floor<std::chrono::days>(since);
  const auto rows = connection.execute(
      "select count(distinct (day, visit_id & -1024)) from pico.visits "
      "where site_id = $1 and day between $2::date and $3::date and last_at >= $4 and started_at <= $5 and events > 0 and bot = 0",
      *id, today - std::chrono::days(1), today + std::chrono::days(1), since, now);
  return rows.get<std::int64_t>(0, 0);
}

}  // namespace pico::stats
