#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "calendar.hpp"
#include "cube/cube_store.hpp"
#include "goals.hpp"
#include "groups.hpp"
#include "pico/stats/answer.hpp"
#include "pico/stats/query.hpp"
#include "pico/stats/service.hpp"
#include "range.hpp"
#include "raw/raw_figures.hpp"
#include "rollup/rollup_store.hpp"
#include "rows.hpp"

namespace pico::stats {

/// Answers the questions of one transaction about one site: what they share is read once. One thread.
class Asking {
 public:
  Asking(const Options& options, CubeStore& cubes, RollupStore& rollups, storage::Connection& connection, storage::SiteId site,
         Instant now);

  /// The query has been validated.
  Result<Answer> answer(const Query& query);

 private:
  struct Asked;  // a question with what belongs to its range

  /// like: the rows to answer with, of the same question in another range; nullptr: as the question orders and limits.
  Result<Answer> answer_in(const Query& query, const ResolvedRange& range, const std::vector<Row>* like = nullptr);
  /// The figures by the query's dimensions.
  GroupList grouped(const Asked& asked);
  Groups figures(const Asked& asked, std::span<const DimensionRef> dimensions, const Needs& needs, bool without_goals = false);
  Groups figures_of_goals(const Asked& asked, std::span<const DimensionRef> dimensions, std::size_t goal_place, const Needs& needs);
  Groups plain_figures(const Asked& asked, std::span<const DimensionRef> dimensions, std::span<const Filter> filters,
                       std::span<const Filter> entry_filters, const Needs& needs);
  Groups raw_figures(const Asked& asked, std::vector<Day> only, std::span<const DimensionRef> dimensions,
                     std::span<const Filter> filters, std::span<const Filter> entry_filters, const Needs& needs);
  /// The question has no time dimension and at most one other, and nothing is filtered.
  GroupList rolled_values(const Asked& asked, Dimension dimension, const Needs& needs);
  Groups rolled_figures(const Asked& asked, std::span<const DimensionRef> dimensions, const Needs& needs);
  /// Days that are not closed: the latest from cubes, the rest from raw facts.
  void add_open_days(const Asked& asked, std::span<const DimensionRef> dimensions, const Needs& needs,
                     const std::function<void(Day, const Table&)>& add_table, const std::function<void(const Groups&)>& add_groups);
  const Coverage& coverage(const ResolvedRange& range);
  Denominators denominators(const Asked& asked);
  std::optional<Row> totals(const Asked& asked);
  std::shared_ptr<const Answer> comparison(const Query& query, const ResolvedRange& range, const std::vector<Row>& rows);

  const Options& options_;
  CubeStore& cubes_;
  RollupStore& rollups_;
  storage::Connection& connection_;
  const storage::SiteId site_;
  const Instant now_;
  const Calendar calendar_;
  raw::Words words_;
  std::optional<std::vector<Goal>> goals_;
  std::optional<Coverage> coverage_;
};

}  // namespace pico::stats
