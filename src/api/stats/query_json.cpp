#include "query_json.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "filter_json.hpp"
#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/event/limits.hpp"
#include "range_json.hpp"

namespace pico::api {
namespace {

using namespace std::chrono_literals;
using stats::Dimension;

/// Whether brackets are nested deeper than is read. Looks before the parser does, so that nothing deep is ever built.
bool is_too_deep(std::string_view body) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_string && c == '\\') ++i;
    else if (c == '"') in_string = !in_string;
    else if (!in_string && (c == '[' || c == '{') && ++depth > max_question_depth) return true;
    else if (!in_string && (c == ']' || c == '}')) --depth;
  }
  return false;
}

std::string_view kind_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return "Null";
    case Json::value_t::object: return "Object";
    case Json::value_t::array: return "Array";
    case Json::value_t::string: return "String";
    case Json::value_t::boolean: return "Boolean";
    case Json::value_t::number_float: return "Number";
    default: return "Integer";
  }
}

Error wrong_type(std::string_view pointer, std::string_view expected, const Json& value) {
  return fault(pointer, fmt::format("Type mismatch. Expected {} but got {}.", expected, kind_of(value)));
}

Result<void> check_keys(const Json& object, const std::string& pointer, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object.items())
    if (std::find(known.begin(), known.end(), key) == known.end()) return fault(pointer + "/" + key.substr(0, 100), "There is no such property.");
  return {};
}

/// An array of few and different items.
Result<void> check_list(const Json& list, std::string_view pointer) {
  constexpr std::size_t most = 100;
  if (!list.is_array()) return wrong_type(pointer, "Array", list);
  if (list.size() > most) return fault(pointer, fmt::format("Expected a maximum of {} items but got {}.", most, list.size()));
  for (auto one = list.begin(); one != list.end(); ++one)
    if (std::find(list.begin(), one, *one) != one) return fault(pointer, "Expected items to be unique but they were not.");
  return {};
}

Result<stats::Metric> read_metric(const Json& name, const std::string& pointer) {
  if (name.is_string()) {
    const auto& text = name.get_ref<const std::string&>();
    if (const auto metric = stats::metric_of(text)) return *metric;
    if (text == "total_revenue" || text == "average_revenue") return fault(pointer, fmt::format("Metric {} is not supported: revenue is not counted", quoted(name)));
    if (text == "exit_rate") return fault(pointer, fmt::format("Metric {} is not supported: divide the visits by visit:exit_page by the pageviews by event:page", quoted(name)));
  }
  return fault(pointer, "Invalid metric " + quoted(name));
}

Result<void> read_metrics(const Json& list, Question& question) {
  if (auto checked = check_list(list, "#/metrics"); !checked) return checked;
  if (list.empty()) return fault("#/metrics", "Expected a minimum of 1 items but got 0.");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto metric = read_metric(list[i], fmt::format("#/metrics/{}", i));
    if (!metric) return metric.error();
    question.query.metrics.push_back(*metric);
  }
  return {};
}

Result<void> read_dimensions(const Json& list, Question& question) {
  if (auto checked = check_list(list, "#/dimensions"); !checked) return checked;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == "time") {
      question.automatic_time = true;
      question.query.dimensions.push_back({Dimension::day});
      continue;
    }
    const auto dimension = read_dimension(list[i], fmt::format("#/dimensions/{}", i));
    if (!dimension) return dimension.error();
    question.query.dimensions.push_back(*dimension);
  }
  return {};
}

Result<void> read_filters(const Json& list, Question& question) {
  if (!list.is_array()) return wrong_type("#/filters", "Array", list);
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto filter = read_filter(list[i], fmt::format("#/filters/{}", i));
    if (!filter) return filter.error();
    question.query.filters.push_back(std::move(*filter));
  }
  question.filters = list;
  return {};
}

/// `time` is the time dimension that is queried, whichever.
std::optional<stats::DimensionRef> queried_time(const Question& question) {
  const auto& all = question.query.dimensions;
  const auto found = std::find_if(all.begin(), all.end(), [](const auto& one) { return stats::is_time(one.dimension); });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

Result<stats::Order> read_order(const Json& entry, const std::string& pointer, const Question& question) {
  const bool shaped = entry.is_array() && entry.size() == 2 && entry[0].is_string() && (entry[1] == "asc" || entry[1] == "desc");
  if (!shaped) return fault(pointer, "Invalid order_by entry " + quoted(entry));
  const bool descending = entry[1] == "desc";
  const auto& name = entry[0].get_ref<const std::string&>();
  if (const auto metric = stats::metric_of(name)) return stats::Order{*metric, descending};
  if (name == "time") {
    if (const auto time = queried_time(question)) return stats::Order{*time, descending};
    return Error{Errc::invalid, "Invalid order_by entry 'time'. Entry is not a queried metric or dimension."};
  }
  auto dimension = stats::dimension_of(name);
  if (!dimension || name.size() > stats::max_text) return fault(pointer, "Invalid order_by entry " + quoted(entry));
  return stats::Order{std::move(*dimension), descending};
}

Result<void> read_orders(const Json& list, Question& question) {
  if (auto checked = check_list(list, "#/order_by"); !checked) return checked;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto order = read_order(list[i], fmt::format("#/order_by/{}", i), question);
    if (!order) return order.error();
    question.query.order.push_back(std::move(*order));
  }
  return {};
}

Result<stats::Comparison> read_comparison(const Json& value) {
  if (value == "previous_period") return stats::Comparison::previous_period;
  if (value == "previous_year") return stats::Comparison::previous_year;
  return fault("#/include/comparison", fmt::format("Invalid comparison {}: it is \"previous_period\" or \"previous_year\"", quoted(value)));
}

Result<void> read_include(const Json& include, Question& question) {
  if (!include.is_object()) return wrong_type("#/include", "Object", include);
  if (auto checked = check_keys(include, "#/include", {"imports", "time_labels", "total_rows", "totals", "comparison"}); !checked) return checked;
  const std::array<std::pair<const char*, bool*>, 4> flags{{{"imports", &question.imports},
                                                            {"time_labels", &question.time_labels},
                                                            {"total_rows", &question.total_rows},
                                                            {"totals", &question.query.totals}}};
  for (const auto& [name, flag] : flags) {
    if (!include.contains(name)) continue;
    if (!include[name].is_boolean()) return wrong_type(fmt::format("#/include/{}", name), "Boolean", include[name]);
    *flag = include[name].get<bool>();
  }
  if (include.contains("comparison")) {
    const auto comparison = read_comparison(include["comparison"]);
    if (!comparison) return comparison.error();
    question.query.comparison = *comparison;
  }
  if (question.time_labels && !queried_time(question)) return Error{Errc::invalid, "Invalid include.time_labels: requires a time dimension."};
  return {};
}

Result<void> read_number(const Json& object, const char* name, std::uint32_t least, std::uint32_t most, std::uint32_t& into) {
  if (!object.contains(name)) return {};
  const auto& value = object[name];
  const auto pointer = fmt::format("#/pagination/{}", name);
  if (!value.is_number_integer()) return wrong_type(pointer, "Integer", value);
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() >= least && value.get<std::uint64_t>() <= most;
  if (!fits) return fault(pointer, fmt::format("Expected a number from {} to {}.", least, most));
  into = value.get<std::uint32_t>();
  return {};
}

Result<void> read_pagination(const Json& pagination, Question& question) {
  if (!pagination.is_object()) return wrong_type("#/pagination", "Object", pagination);
  if (auto checked = check_keys(pagination, "#/pagination", {"limit", "offset"}); !checked) return checked;
  if (auto limit = read_number(pagination, "limit", 1, stats::max_limit, question.query.limit); !limit) return limit;
  return read_number(pagination, "offset", 0, std::numeric_limits<std::int32_t>::max(), question.query.offset);
}

Result<void> read_site(const Json& value, Question& question) {
  if (!value.is_string()) return wrong_type("#/site_id", "String", value);
  const auto& name = value.get_ref<const std::string&>();
  if (!is_clean_text(name, event::limits::domain)) return fault("#/site_id", "Invalid site " + quoted(value));
  question.query.site = normalise_host(name);
  return {};
}

Result<void> read_date_range(const Json& value, Question& question) {
  auto range = read_range(value);
  if (!range) return range.error();
  question.query.range = *range;
  return {};
}

struct Part {
  const char* key;
  bool required;
  Result<void> (*read)(const Json&, Question&);
};

// order_by and include look at the dimensions.
constexpr std::array parts{Part{"site_id", true, read_site},         Part{"metrics", true, read_metrics}, Part{"date_range", true, read_date_range},
                           Part{"dimensions", false, read_dimensions}, Part{"filters", false, read_filters}, Part{"order_by", false, read_orders},
                           Part{"include", false, read_include},     Part{"pagination", false, read_pagination}};

}  // namespace

Result<Question> read_question(std::string_view body) {
  if (is_too_deep(body)) return fault("#", fmt::format("The JSON is nested more than {} deep.", max_question_depth));
  const auto json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return fault("#", "The request's body is not JSON.");
  if (!json.is_object()) return wrong_type("#", "Object", json);
  if (!json.contains("site_id") || json["site_id"] == "")
    return Error{Errc::invalid, std::string(missing_site)};
  if (auto checked = check_keys(json, "#", {"site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination"}); !checked)
    return checked.error();
  Question question;
  for (const auto& part : parts) {
    if (!json.contains(part.key)) {
      if (part.required) return fault("#", fmt::format("Required property {} was not present.", part.key));
      continue;
    }
    if (auto read = part.read(json[part.key], question); !read) return read.error();
  }
  return question;
}

std::optional<Dimension> time_of(const stats::RangeSpec& range) {
  const auto by_length = [](auto length) { return length <= 25h ? Dimension::hour : length <= 90 * 24h + 1h ? Dimension::day : Dimension::month; };
  if (const auto* days = std::get_if<stats::DayRange>(&range)) return by_length(days->last - days->first + 24h);
  if (const auto* moments = std::get_if<stats::InstantRange>(&range)) return by_length(moments->to - moments->from);
  const auto& relative = std::get<stats::RelativeRange>(range);
  switch (relative.period) {
    case stats::Period::day:
    case stats::Period::hours24: return Dimension::hour;
    case stats::Period::days: return by_length(relative.count * 24h);
    case stats::Period::month: return Dimension::day;
    case stats::Period::year: return Dimension::month;
    case stats::Period::months:
      if (relative.count == 3) return std::nullopt;  // 89 to 92 days
      return relative.count < 3 ? Dimension::day : Dimension::month;
    case stats::Period::all: break;
  }
  return std::nullopt;
}

Dimension time_of(const stats::ResolvedRange& range) {
  if (!range.whole_days) return *time_of(stats::InstantRange{range.from, range.to});
  return *time_of(stats::DayRange{range.first, range.last});
}

void set_time(Question& question, Dimension dimension) {
  for (auto& one : question.query.dimensions)
    if (one.dimension == Dimension::day) one.dimension = dimension;
  for (auto& order : question.query.order)
    if (auto* one = std::get_if<stats::DimensionRef>(&order.by); one != nullptr && one->dimension == Dimension::day) one->dimension = dimension;
}

}  // namespace pico::api
