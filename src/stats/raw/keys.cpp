#include "raw/keys.hpp"

#include <fmt/format.h>

#include "raw/columns.hpp"

namespace pico::stats::raw {
namespace {

struct Key {
  std::string join, expression, text_join, text;
};

/// A text that reads like it is a blank (group_value()).
std::string blank(Statement& statement, Dimension dimension) {
  return statement.bind(std::string(blank_label(dimension)), "text");
}

/// Words of the same text are one group: its key is the text's hash, of 64 bits like the words' own ids.
Key word_key(Statement& statement, const Scope& scope, Dimension dimension, const WordColumn& column, int number) {
  const auto words = fmt::format("select {} as id, coalesce(nullif({}, {}), '') as text from {} where {}", column.id, column.text,
                                 blank(statement, dimension), column.table, column.per_site ? "site_id = " + statement.bind(scope.site, "int") : "true");
  Key key;
  key.join = fmt::format(" left join (select id, hashtextextended(text, 0) as key from ({1}) w) w{0} on w{0}.id = {2}", number,
                         words, column.fact);
  key.expression = fmt::format("coalesce(w{}.key, hashtextextended('', 0))", number);
  key.text_join = fmt::format(
      " left join (select hashtextextended(text, 0) as key, min(text) as text from ({1}) w group by 1) x{0} on x{0}.key = r.k{0}",
      number, words);
  key.text = fmt::format("coalesce(x{}.text, '')", number);
  return key;
}

/// Pageviews have the id 0, and so a name without a look-up.
Key name_key(Statement& statement, Words& words, int number) {
  const auto& column = *word_column(Dimension::event_name);
  Key key;
  key.expression =
      fmt::format("case when e.name_id = {} then 0 else e.name_id end", statement.bind(words.pageview_name_id(), "bigint"));
  key.text_join = fmt::format(" left join {1} x{0} on x{0}.{2} = r.k{0}", number, column.table, column.id);
  key.text = fmt::format("case when r.k{0} = 0 then {1} else coalesce(nullif(x{0}.name, {2}), '') end", number,
                         statement.bind(std::string(pageview_name), "text"), blank(statement, Dimension::event_name));
  return key;
}

/// The bucket of a moment: width_bucket numbers the intervals from 1.
struct HourExpressions {
  std::string starts, buckets;
  std::size_t count;

  [[nodiscard]] std::string interval(const std::string& moment) const {
    return fmt::format("greatest(1, least({}, width_bucket({}, {})))", count, moment, starts);
  }
  [[nodiscard]] std::string bucket(const std::string& moment) const { return fmt::format("({})[{}]", buckets, interval(moment)); }
};

HourExpressions hour_expressions(Statement& statement, const Hours& hours) {
  std::vector<std::string> starts;
  std::vector<std::int64_t> buckets;
  for (std::size_t i = 0; i + 1 < hours.starts().size(); ++i) {
    starts.push_back(to_string(hours.starts()[i]));
    buckets.push_back(static_cast<std::int64_t>(hours.bucket(i)));
  }
  return {statement.bind(starts, "timestamptz[]"), statement.bind(buckets, "int[]"), starts.size()};
}

Key hour_key(Statement& statement, const Scope& scope, const Hours& hours, HourOf hour_of, std::string_view event_alias, int number) {
  const auto hour = hour_expressions(statement, hours);
  Key key;
  key.text = fmt::format("r.k{}::text", number);
  if (hour_of == HourOf::event) key.expression = hour.bucket(fmt::format("{}.at", event_alias));
  if (hour_of == HourOf::start) key.expression = hour.bucket("v.started_at");
  if (hour_of != HourOf::touched) return key;
  std::string from = "v.started_at", to = "v.last_at";
  if (scope.instants) {  // only the hours of the range
    from = fmt::format("greatest({}, {})", from, statement.bind(scope.instants->first, "timestamptz"));
    to = fmt::format("least({}, {})", to,
                     statement.bind(scope.instants->second - std::chrono::milliseconds(1), "timestamptz"));
  }
  key.join = fmt::format(" cross join lateral (select distinct ({})[i] as bucket from generate_series({}, {}) i) h", hour.buckets,
                         hour.interval(from), hour.interval(to));
  key.expression = "h.bucket";
  return key;
}

Key key_of(Statement& statement, const Scope& scope, Words& words, const DimensionRef& ref, const std::optional<Hours>& hours,
           HourOf hour_of, std::string_view event_alias, int number) {
  if (ref.dimension == Dimension::event_name) return name_key(statement, words, number);
  if (ref.dimension == Dimension::hour) return hour_key(statement, scope, *hours, hour_of, event_alias, number);
  if (ref.dimension == Dimension::property) {
    return {.expression = fmt::format("coalesce(nullif(e.properties ->> {}, {}), '')", statement.bind(ref.property, "text"),
                                      blank(statement, ref.dimension)),
            .text = fmt::format("r.k{}", number)};
  }
  if (is_time(ref.dimension)) {
    return {.expression = "v.day", .text = fmt::format("r.k{}::text", number)};  // weeks and months are folded of days
  }
  auto column = *word_column(ref.dimension);
  const auto of_event = fmt::format("{}.page_id", event_alias);
  if (column.fact == "e.page_id") column.fact = of_event;
  return word_key(statement, scope, ref.dimension, column, number);
}

}  // namespace

Keys keys_of(Statement& statement, const Scope& scope, Words& words, std::span<const DimensionRef> dimensions,
             const std::optional<Hours>& hours, HourOf hour_of, std::string_view event_alias) {
  Keys keys{.k1 = "0", .k2 = "0", .text1 = "''", .text2 = "''"};
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    auto key = key_of(statement, scope, words, dimensions[i], hours, hour_of, event_alias, static_cast<int>(i + 1));
    keys.joins += key.join;
    keys.text_joins += key.text_join;
    (i == 0 ? keys.k1 : keys.k2) = key.expression;
    (i == 0 ? keys.text1 : keys.text2) = key.text;
  }
  return keys;
}

}  // namespace pico::stats::raw
