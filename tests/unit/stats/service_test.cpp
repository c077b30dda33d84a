// Questions asked of facts that are inserted by hand, so that every expected figure can be followed with the finger. The exhaustive
// comparison is recount_test.cpp.
#include "pico/stats/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pico/storage/partitions.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::stats {
namespace {

using std::chrono::days;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Day today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 25};

struct FixedClock final : Clock {
  [[nodiscard]] Instant now() const override { return Instant(today) + std::chrono::hours(12); }
};

/// A site in UTC with some words:
///   pages 1 /, 2 /pricing, 3 /blog (all shop.example), 4 /blog on the host www.shop.example
///   acquisitions 1 direct, 2 Google; devices 1 Firefox, 2 Chrome; locations 1 DE Berlin, 2 unknown
class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() : database(test::TestDatabase::migrated()), connection(database.connect()) {
    site = storage::create_site(connection, "shop.example", TimeZone());
    const std::vector<Day> months{today, today - days(40)};
    storage::ensure_partitions(connection, months);
    connection.execute(
        "insert into pico.pages select $1, id, '2026-11-01', host, path from (values (1, 'shop.example', '/'),"
        " (2, 'shop.example', '/pricing'), (3, 'shop.example', '/blog'), (4, 'www.shop.example', '/blog')) w (id, host, path)",
        site);
    connection.execute(
        "insert into pico.acquisitions values ($1, 1, '2026-11-01', '', 'Direct', '', '', '', '', '', '', ''),"
        " ($1, 2, '2026-11-01', 'google.com', 'Organic Search', 'Google', '', 'spring', '', '', '', '')",
        site);
    connection.execute(
        "insert into pico.devices values (1, 'Firefox', '128.0', 'Linux', '6.1', 'Linux', 'Computer'),"
        " (2, 'Chrome', '129.0', 'Windows', '10', 'Windows', 'Computer');"
        "insert into pico.locations values (1, 'DE', 'Berlin', 'Berlin', 52.5, 13.4), (2, '', '', '', 0, 0);"
        "insert into pico.screens values (1, 1920, 1080, 1, 24, 'UTC', 'de'), (2, 0, 0, 0, 0, '', '');"
        "insert into pico.event_names values (11, 'signup'), (12, 'download')");
  }

  struct Visit {
    int visitor = 1, ordinal = 0;
    Day day = today;
    std::string from = "10:00:00", to = "10:00:00";
    int entry = 1, exit = 1, acquisition = 1, device = 1, location = 1, screen = 1;
    int pageviews = 1;
    int bot = 0, flags = 0;
    [[nodiscard]] std::int64_t id() const { return visitor * 1024 + ordinal; }
  };

  void add(const Visit& v) {
    connection.execute(
        "insert into pico.visits values ($1, $2::date + $3::time, $2::date + $4::time, $5, $6, $7, $8, $9, $10, $11, $2, $12, 1, 0,"
        " 0, 1, $13, $14)",
        v.id(), v.day, v.from, v.to, v.entry, v.exit, v.acquisition, v.device, v.location, v.screen, site, v.pageviews, v.bot,
        v.flags);
    connection.execute("insert into pico.site_days (site_id, day) values ($1, $2) on conflict do nothing", site, v.day);
  }
  void add_view(const Visit& v, const std::string& at, int page, int kind = 1) {
    connection.execute("insert into pico.events values ($1, $2::date + $3::time, $4, $5, $2, $6, 0, 0)", v.id(), v.day, at, page, site,
                       kind);
  }
  void add_custom(const Visit& v, const std::string& at, int page, int name, const std::string& properties = "{}") {
    add_view(v, at, page, 0);
    connection.execute("insert into pico.event_details values ($1, $2::date + $3::time, $4, $5, $6, $2, true, $7)", v.id(), v.day, at,
                       page, name, site, properties);
  }
  void add_engagement(const Visit& v, const std::string& at, int page, int ms, int scroll) {
    connection.execute("insert into pico.engagement values ($1, $2::date + $3::time, $4, $5, $2, $6, $7)", v.id(), v.day, at, page, site,
                       ms, scroll);
  }

  /// Two visitors today: one from Google with two visits, one direct who leaves at once; a bot; and one visitor of yesterday.
  void add_traffic() {
    const Visit first{.from = "09:30:00", .to = "10:10:00", .entry = 1, .exit = 2, .acquisition = 2, .pageviews = 2, .flags = 1};
    add(first);
    add_view(first, "09:30:00", 1);
    add_view(first, "10:00:00", 2, 6);
    add_custom(first, "10:10:00", 2, 11, R"({"plan": "pro", "seats": 3})");
    add_engagement(first, "10:05:00", 2, 30'000, 40);
    add_engagement(first, "10:09:00", 2, 10'000, 80);
    const Visit again{.ordinal = 1, .from = "15:00:00", .to = "15:00:00", .entry = 3, .exit = 3};
    add(again);
    add_view(again, "15:00:00", 3);
    const Visit other{.visitor = 2, .from = "10:20:00", .to = "10:20:30", .entry = 4, .exit = 4, .device = 2, .location = 2, .screen = 2};
    add(other);
    add_view(other, "10:20:00", 4);
    const Visit bot{.visitor = 3, .bot = 2};
    add(bot);
    add_view(bot, "10:00:00", 1);
    const Visit before{.day = today - days(1), .entry = 1};
    add(before);
    add_view(before, "10:00:00", 1);
  }

  Answer ask(Query query, const char* of_site = "shop.example") {
    query.site = of_site;
    auto answer = service.answer(connection, query);
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  std::string refusal(Query query) {
    query.site = "shop.example";
    const auto answer = service.answer(connection, query);
    return answer ? "" : answer.error().message;
  }

  test::TestDatabase database;
  storage::Connection connection;
  metrics::Registry registry;
  FixedClock clock;
  Service service{{}, registry, clock};
  int site = 0;
};

std::string text(const Value& value) {
  if (value.index() == 0) return "null";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  const auto hundredths = std::to_string(std::llround(std::get<double>(value) * 100));
  return hundredths + "/100";
}

/// `value, value: metric, metric` a row.
std::vector<std::string> rows_of(const Answer& answer) {
  std::vector<std::string> rows;
  for (const auto& row : answer.rows) {
    std::string line;
    for (const auto& dimension : row.dimensions) line += (line.empty() ? "" : ", ") + dimension;
    if (!line.empty()) line += ": ";
    for (std::size_t i = 0; i < row.metrics.size(); ++i) line += (i > 0 ? ", " : "") + text(row.metrics[i]);
    rows.push_back(line);
  }
  return rows;
}

const RelativeRange of_today{Period::day};
const DayRange two_days{today - days(1), today};

Filter test_of(Dimension dimension, Operator op, std::vector<std::string> values) {
  return Filter::of({{dimension}, op, std::move(values)});
}

TEST_F(ServiceTest, AnswersWithZerosWhereNothingHappened) {
  const auto answer = ask({.range = of_today,
                           .metrics = {Metric::visitors, Metric::visits, Metric::views_per_visit, Metric::bounce_rate, Metric::visit_duration}});
  EXPECT_THAT(rows_of(answer), ElementsAre("0, 0, 0/100, 0, null"));
  EXPECT_EQ(answer.range.from_text, "2026-11-25T00:00:00+00:00");
  EXPECT_EQ(answer.range.to_text, "2026-11-25T23:59:59+00:00");
}

TEST_F(ServiceTest, CountsPeopleNotBots) {
  add_traffic();
  const auto answer = ask({.range = of_today,
                           .metrics = {Metric::visitors, Metric::visits, Metric::pageviews, Metric::events, Metric::views_per_visit,
                                       Metric::bounce_rate, Metric::visit_duration}});
  // Durations 2400, 0 and 30 s.
  EXPECT_THAT(rows_of(answer), ElementsAre("2, 3, 4, 5, 133/100, 67, 810"));
}

TEST_F(ServiceTest, AddsVisitorsUpOverDays) {
  add_traffic();
  EXPECT_THAT(rows_of(ask({.range = two_days, .metrics = {Metric::visitors}, .dimensions = {{Dimension::day}}})),
              ElementsAre("2026-11-24: 1", "2026-11-25: 2"));
  EXPECT_THAT(rows_of(ask({.range = two_days, .metrics = {Metric::visitors}})), ElementsAre("3"));
  EXPECT_THAT(rows_of(ask({.range = two_days, .metrics = {Metric::visitors}, .dimensions = {{Dimension::week}}})),
              ElementsAre("2026-11-24: 3"));
}

TEST_F(ServiceTest, CountsTheSamePathOfTwoHostsAsOnePage) {
  add_traffic();
  const auto answer = ask({.range = of_today, .metrics = {Metric::pageviews, Metric::visitors, Metric::bounce_rate}, .dimensions = {{Dimension::page}}});
  EXPECT_THAT(rows_of(answer), ElementsAre("/blog: 2, 2, 100", "/: 1, 1, 0", "/pricing: 1, 1, 0"));
}

TEST_F(ServiceTest, GroupsByWhatVisitsHave) {
  add_traffic();
  const std::vector<Metric> metrics{Metric::visitors, Metric::visits, Metric::events};
  EXPECT_THAT(rows_of(ask({.range = of_today, .metrics = metrics, .dimensions = {{Dimension::source}}})),
              ElementsAre("Direct / None: 2, 2, 2", "Google: 1, 1, 3"));
  EXPECT_THAT(rows_of(ask({.range = of_today, .metrics = metrics, .dimensions = {{Dimension::country}}})),
              ElementsAre("(not set): 1, 1, 1", "DE: 1, 2, 4"));
  EXPECT_THAT(rows_of(ask({.range = of_today, .metrics = metrics, .dimensions = {{Dimension::browser}, {Dimension::screen}}})),
              ElementsAre("Chrome, (not set): 1, 1, 1", "Firefox, 1920x1080: 1, 2, 4"));
}

TEST_F(ServiceTest, NamesPageviewsAndCustomEvents) {
  add_traffic();
  EXPECT_THAT(rows_of(ask({.range = of_today, .metrics = {Metric::events, Metric::visitors}, .dimensions = {{Dimension::event_name}}})),
              ElementsAre("pageview: 4, 2", "signup: 1, 1"));
  EXPECT_THAT(rows_of(ask({.range = of_today, .metrics = {Metric::events}, .dimensions = {{Dimension::property, "plan"}}})),
              ElementsAre("(none): 4", "pro: 1"));
}

TEST_F(ServiceTest, CountsANameThatReadsAsABlankOnceHoweverManyDaysAreOpen) {
  // The latest seven days that are not closed are counted in memory, older ones by Postgres.
  connection.execute("insert into pico.event_names values (13, '(not set)')");
  for (int ago = 0; ago < 9; ++ago) {
    const Visit visit{.day = today - days(ago), .pageviews = 0};
    add(visit);
    add_custom(visit, "10:00:00", 1, 13);
  }
  EXPECT_THAT(rows_of(ask({.range = DayRange{today - days(8), today},
                           .metrics = {Metric::events, Metric::visitors},
                           .dimensions = {{Dimension::event_name}}})),
              ElementsAre("(not set): 9, 9"));
}

TEST_F(ServiceTest, CountsAVisitInEveryHourThatItTouches) {
  add_traffic();
  const auto answer = ask({.range = of_today, .metrics = {Metric::visits, Metric::pageviews, Metric::visit_duration}, .dimensions = {{Dimension::hour}}});
  EXPECT_THAT(rows_of(answer), ElementsAre("2026-11-25 09:00:00: 1, 1, 2400", "2026-11-25 10:00:00: 2, 2, 30", "2026-11-25 15:00:00: 1, 1, 0"));
  EXPECT_EQ(answer.time_labels.size(), 24u);
}

TEST_F(ServiceTest, FiltersVisitsAndTheirEvents) {
  add_traffic();
  const std::vector<Metric> metrics{Metric::visitors, Metric::visits, Metric::pageviews};
  const auto filtered = [&](Filter filter) { return rows_of(ask({.range = of_today, .metrics = metrics, .filters = {std::move(filter)}})); };
  EXPECT_THAT(filtered(test_of(Dimension::source, Operator::is, {"Google"})), ElementsAre("1, 1, 2"));
  EXPECT_THAT(filtered(test_of(Dimension::source, Operator::is, {"Direct / None"})), ElementsAre("2, 2, 2"));
  EXPECT_THAT(filtered(test_of(Dimension::browser, Operator::contains_not, {"fox"})), ElementsAre("1, 1, 1"));
  EXPECT_THAT(filtered(test_of(Dimension::page, Operator::matches, {"^/(pricing|blog)$"})), ElementsAre("2, 3, 3"));
  EXPECT_THAT(filtered(test_of(Dimension::event_name, Operator::is, {"signup"})), ElementsAre("1, 1, 0"));
  EXPECT_THAT(filtered(Filter::of({{Dimension::property, "seats"}, Operator::is, {"3"}})), ElementsAre("1, 1, 0"));
  EXPECT_THAT(filtered(Filter::of({{Dimension::browser}, Operator::is, {"fireFOX"}, false})), ElementsAre("1, 2, 3"));
}

TEST_F(ServiceTest, CombinesFilters) {
  add_traffic();
  const std::vector<Metric> metrics{Metric::visitors, Metric::visits, Metric::pageviews};
  const auto filtered = [&](Filter filter) { return rows_of(ask({.range = of_today, .metrics = metrics, .filters = {std::move(filter)}})); };
  const auto google = test_of(Dimension::source, Operator::is, {"Google"});
  const auto blog = test_of(Dimension::page, Operator::is, {"/blog"});
  const auto signup = test_of(Dimension::event_name, Operator::is, {"signup"});
  EXPECT_THAT(filtered({Filter::Kind::any_of, {}, {google, blog}}), ElementsAre("2, 3, 4"));
  EXPECT_THAT(filtered({Filter::Kind::none_of, {}, {google}}), ElementsAre("2, 2, 2"));
  EXPECT_THAT(filtered({Filter::Kind::done, {}, {signup}}), ElementsAre("1, 1, 2"));
  EXPECT_THAT(filtered({Filter::Kind::not_done, {}, {signup}}), ElementsAre("2, 2, 2"));
}

TEST_F(ServiceTest, TellsTimeAndDepthOfPages) {
  add_traffic();
  EXPECT_THAT(rows_of(ask({.range = of_today, .metrics = {Metric::time_on_page, Metric::scroll_depth}, .filters = {test_of(Dimension::page, Operator::is, {"/pricing"})}})),
              ElementsAre("40, 80"));
  EXPECT_THAT(rows_of(ask({.range = of_today,
                           .metrics = {Metric::time_on_page, Metric::scroll_depth},
                           .dimensions = {{Dimension::page}},
                           .order = {{DimensionRef{Dimension::page}, false}}})),
              ElementsAre("/: null, null", "/blog: null, null", "/pricing: 40, 80"));
}

TEST_F(ServiceTest, ConvertsByGoals) {
  add_traffic();
  connection.execute(
      "insert into pico.goals (site_id, display_name, event_name, page_path) values ($1, 'Signup', 'signup', null), ($1, 'Visit /b*', null, '/b*')",
      site);
  EXPECT_THAT(rows_of(ask({.range = of_today,
                           .metrics = {Metric::visitors, Metric::events, Metric::conversion_rate},
                           .filters = {test_of(Dimension::goal, Operator::is, {"Signup"})}})),
              ElementsAre("1, 1, 5000/100"));
  EXPECT_THAT(rows_of(ask({.range = of_today, .metrics = {Metric::visitors, Metric::conversion_rate}, .dimensions = {{Dimension::goal}}})),
              ElementsAre("Visit /b*: 2, 10000/100", "Signup: 1, 5000/100"));
  EXPECT_THAT(rows_of(ask({.range = of_today,
                           .metrics = {Metric::visitors, Metric::group_conversion_rate},
                           .dimensions = {{Dimension::source}},
                           .filters = {test_of(Dimension::goal, Operator::is, {"Signup"})}})),
              ElementsAre("Google: 1, 10000/100"));
  EXPECT_THAT(refusal({.range = of_today, .metrics = {Metric::visitors}, .filters = {test_of(Dimension::goal, Operator::is, {"Nothing"})}}),
              HasSubstr("`Nothing` is not configured"));
}

TEST_F(ServiceTest, OrdersLimitsAndTotals) {
  add_traffic();
  const auto answer = ask({.range = of_today,
                           .metrics = {Metric::pageviews, Metric::percentage},
                           .dimensions = {{Dimension::page}},
                           .order = {{DimensionRef{Dimension::page}, true}},
                           .limit = 1,
                           .offset = 1,
                           .totals = true});
  EXPECT_THAT(rows_of(answer), ElementsAre("/blog: 2, 10000/100"));
  EXPECT_EQ(answer.total_rows, 3u);
  ASSERT_TRUE(answer.totals);
  EXPECT_EQ(text(answer.totals->metrics[0]), "4");
}

TEST_F(ServiceTest, ComparesWithThePeriodBefore) {
  add_traffic();
  const auto answer = ask({.range = of_today, .metrics = {Metric::visitors}, .dimensions = {{Dimension::source}}, .comparison = Comparison::previous_period});
  EXPECT_THAT(rows_of(answer), ElementsAre("Direct / None: 2", "Google: 1"));
  ASSERT_TRUE(answer.comparison);
  EXPECT_THAT(rows_of(*answer.comparison), ElementsAre("Direct / None: 1", "Google: 0"));
  EXPECT_EQ(answer.comparison->range.first, today - days(1));
}

TEST_F(ServiceTest, ComparesValuesThatWereRareHoweverManyThereWere) {
  // Yesterday 10,000 pages were seen twice, and one that is seen today was seen once.
  static_assert(max_limit == 10'000);
  add({});
  add_view({}, "10:00:00", 3);
  const Visit before{.day = today - days(1), .pageviews = 20'001};
  add(before);
  add_view(before, "10:00:00", 3);
  connection.execute("insert into pico.pages select $1, n, '2026-11-01', 'shop.example', '/' || n from generate_series(101, 10100) n", site);
  connection.execute(
      "insert into pico.events select $1, $2::date + interval '10 h' + i * interval '1 s', n, $3, $2, 1, 0, 0"
      " from generate_series(101, 10100) n, generate_series(1, 2) i",
      before.id(), before.day, site);
  const auto answer = ask(
      {.range = of_today, .metrics = {Metric::pageviews}, .dimensions = {{Dimension::page}}, .comparison = Comparison::previous_period});
  EXPECT_THAT(rows_of(answer), ElementsAre("/blog: 1"));
  ASSERT_TRUE(answer.comparison);
  EXPECT_THAT(rows_of(*answer.comparison), ElementsAre("/blog: 1"));
  EXPECT_EQ(answer.comparison->total_rows, 10'001u);
}

TEST_F(ServiceTest, CountsBetweenTwoInstants) {
  add_traffic();
  const auto from = Instant(today) + std::chrono::minutes(9 * 60 + 45);
  const InstantRange range{from, from + std::chrono::minutes(30)};
  // The visit that began at 09:30 is there with one of its two pageviews.
  EXPECT_THAT(rows_of(ask({.range = range, .metrics = {Metric::visitors, Metric::visits, Metric::pageviews, Metric::events}})), ElementsAre("1, 1, 1, 2"));
  EXPECT_THAT(rows_of(ask({.range = range, .metrics = {Metric::visits}, .dimensions = {{Dimension::hour}}})),
              ElementsAre("2026-11-25 09:00:00: 1", "2026-11-25 10:00:00: 1"));
}

TEST_F(ServiceTest, AnswersOfADateThatTheZoneLeftOut) {
  storage::create_site(connection, "apia.example", *TimeZone::find("Pacific/Apia"));
  const Day skipped = std::chrono::sys_days{std::chrono::year{2011} / 12 / 30};
  const auto ask_of_apia = [&](Query query) { return ask(std::move(query), "apia.example"); };
  for (const auto& filters : {std::vector<Filter>{}, {test_of(Dimension::country, Operator::is, {"DE"})}}) {
    const auto answer = ask_of_apia({.range = DayRange{skipped, skipped},
                                     .metrics = {Metric::visits, Metric::pageviews},
                                     .dimensions = {{Dimension::hour}},
                                     .filters = filters});
    EXPECT_THAT(rows_of(answer), IsEmpty());
    EXPECT_THAT(answer.time_labels, IsEmpty());
  }
  for (const auto& [day, comparison] :
       {std::pair{skipped + days(1), Comparison::previous_period}, {skipped + days(366), Comparison::previous_year}}) {
    const auto answer =
        ask_of_apia({.range = DayRange{day, day}, .metrics = {Metric::visits}, .dimensions = {{Dimension::hour}}, .comparison = comparison});
    EXPECT_EQ(answer.time_labels.size(), 24u);
    ASSERT_TRUE(answer.comparison);
    EXPECT_EQ(answer.comparison->range.first, skipped);
    EXPECT_THAT(answer.comparison->time_labels, IsEmpty());
  }
}

TEST_F(ServiceTest, SaysWhoIsThereNow) {
  EXPECT_EQ(*service.live_visitors(connection, "shop.example"), 0);
  add({.visitor = 9, .from = "11:50:00", .to = "11:56:00"});
  add({.visitor = 9, .ordinal = 1, .from = "11:50:00", .to = "11:56:00"});
  add({.visitor = 10, .from = "11:50:00", .to = "11:54:59"});
  add({.visitor = 11, .from = "12:00:01", .to = "12:30:00"});  // is still to come
  EXPECT_EQ(*service.live_visitors(connection, "shop.example"), 1);
}

TEST_F(ServiceTest, KnowsNoOtherSites) {
  Query query{.site = "other.example", .range = of_today, .metrics = {Metric::visitors}};
  const auto answer = service.answer(connection, query);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::not_found);
}

TEST_F(ServiceTest, RefusesWhatWouldMakeTooManyGroups) {
  add_traffic();
  Service small({.max_groups = 2}, registry, clock);
  Query query{.site = "shop.example", .range = of_today, .metrics = {Metric::pageviews}, .dimensions = {{Dimension::page}, {Dimension::source}}};
  const auto answer = small.answer(connection, query);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("too many groups"));
}

}  // namespace
}  // namespace pico::stats
