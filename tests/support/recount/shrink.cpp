#include "support/recount/shrink.hpp"

namespace pico::test {
namespace {

template <class T>
void without_each(const std::vector<T>& list, const std::function<void(std::vector<T>)>& use) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto shorter = list;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    use(std::move(shorter));
  }
}

std::vector<stats::Filter> smaller(const stats::Filter& filter) {
  std::vector<stats::Filter> found;
  if (filter.kind == stats::Filter::Kind::test) {
    if (filter.test.values.size() > 1) {
      without_each<std::string>(filter.test.values, [&](auto values) { found.push_back(filter), found.back().test.values = std::move(values); });
    }
    if (!filter.test.case_sensitive) found.push_back(filter), found.back().test.case_sensitive = true;
    return found;
  }
  found = filter.children;  // in its place
  if (filter.children.size() > 1) {
    without_each<stats::Filter>(filter.children, [&](auto children) { found.push_back(filter), found.back().children = std::move(children); });
  }
  for (std::size_t i = 0; i < filter.children.size(); ++i) {
    for (auto& child : smaller(filter.children[i])) found.push_back(filter), found.back().children[i] = std::move(child);
  }
  return found;
}

std::vector<stats::Query> smaller(const stats::Query& query) {
  std::vector<stats::Query> found;
  const auto with = [&](const std::function<void(stats::Query&)>& change) { found.push_back(query), change(found.back()); };
  if (query.comparison != stats::Comparison::none) with([](auto& q) { q.comparison = stats::Comparison::none; });
  if (query.totals) with([](auto& q) { q.totals = false; });
  if (query.limit != stats::max_limit) with([](auto& q) { q.limit = stats::max_limit; });
  if (query.offset != 0) with([](auto& q) { q.offset = 0; });
  without_each<stats::Order>(query.order, [&](auto order) { with([&](auto& q) { q.order = order; }); });
  if (query.order.empty()) {
    if (query.metrics.size() > 1) without_each<stats::Metric>(query.metrics, [&](auto metrics) { with([&](auto& q) { q.metrics = metrics; }); });
    without_each<stats::DimensionRef>(query.dimensions, [&](auto dimensions) { with([&](auto& q) { q.dimensions = dimensions; }); });
  }
  without_each<stats::Filter>(query.filters, [&](auto filters) { with([&](auto& q) { q.filters = filters; }); });
  for (std::size_t i = 0; i < query.filters.size(); ++i) {
    for (auto& filter : smaller(query.filters[i])) with([&](auto& q) { q.filters[i] = filter; });
  }
  return found;
}

}  // namespace

stats::Query shrunk(stats::Query query, const std::function<bool(const stats::Query&)>& fails) {
  for (bool smaller_fails = true; smaller_fails;) {
    smaller_fails = false;
    for (auto& candidate : smaller(query)) {
      if (!fails(candidate)) continue;
      query = std::move(candidate);
      smaller_fails = true;
      break;
    }
  }
  return query;
}

}  // namespace pico::test
