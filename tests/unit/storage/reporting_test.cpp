#include <gmock/gmock.h>

#include "fact_rows.hpp"
#include "pico/event/kind.hpp"
#include "pico/storage/migrator.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Table = std::vector<std::vector<std::string>>;

/// The schema's views, asked as the original's dashboards ask: with nothing but search_path = reporting.
struct ReportingTest : testing::Test {
  void SetUp() override {
    site = create_site(connection, "example.com", TimeZone());
    ensure_partitions(connection, std::vector<Day>{2026y / 10 / 1, 2026y / 11 / 1, 2026y / 12 / 1});
    insert_words(connection, site);
    connection.execute("insert into pico.acquisitions values ($1, 2, '2026-11-01', '', 'Direct', '', '', '', '', '', '', '')",
                       site);
    connection.execute("insert into pico.locations values (2, '', '', '', 0, 0)");
    connection.execute("insert into pico.event_names values (9, 'Signup')");
    insert_page(connection, site, 1, "/");
    insert_page(connection, site, 2, "/pricing");
    insert_page(connection, site, 3, "/blog");
    insert_visits();
    connection.execute("set search_path = reporting");
  }

  /// Visitor 1024: a visit of two pages and a custom event from a search, then a bounce. Visitor 4096: a direct bounce with pings
  /// to 90 s. Visitor 8192: a bot. Visitor 16384: only pings so far. A month before: visitor 32768.
  void insert_visits() {
    insert(connection, VisitRow{.site = site,
                                .id = 1024,
                                .started_at = at("10:00:00"),
                                .last_at = at("10:01:00.9"),
                                .entry = 1,
                                .exit = 2,
                                .pageviews = 2,
                                .events = 4});
    insert(connection, EventRow{.site = site, .visit = 1024, .at = at("10:00:00"), .page = 1, .load_ms = 120, .ttfb_ms = 30});
    insert(connection, EventRow{.site = site, .visit = 1024, .at = at("10:00:30"), .page = 2, .kind = 6});
    insert(connection, EventRow{.site = site, .visit = 1024, .at = at("10:00:40"), .page = 2, .kind = 3});
    insert_custom(connection, EventRow{.site = site, .visit = 1024, .at = at("10:01:00.9"), .page = 2}, 9);
    insert(connection,
           VisitRow{.site = site, .id = 1025, .started_at = at("11:00:00"), .last_at = at("11:00:00"), .entry = 3, .exit = 3});
    insert(connection, EventRow{.site = site, .visit = 1025, .at = at("11:00:00"), .page = 3});
    insert(
        connection,
        VisitRow{
            .site = site, .id = 4096, .started_at = at("10:30:00"), .last_at = at("10:31:30"), .acquisition = 2, .location = 2});
    insert(connection, EventRow{.site = site, .visit = 4096, .at = at("10:30:00"), .page = 1});
    insert(connection, VisitRow{.site = site, .id = 8192, .started_at = at("10:45:00"), .last_at = at("10:45:00"), .bot = 2});
    insert(connection, EventRow{.site = site, .visit = 8192, .at = at("10:45:00"), .page = 1});
    insert(connection,
           VisitRow{
               .site = site, .id = 16384, .started_at = at("10:50:00"), .last_at = at("10:50:05"), .pageviews = 0, .events = 0});
    insert(
        connection,
        VisitRow{
            .site = site, .id = 32768, .day = "2026-10-05", .started_at = "2026-10-05 10:00Z", .last_at = "2026-10-05 10:00Z"});
    insert(connection, EventRow{.site = site, .visit = 32768, .day = "2026-10-05", .at = "2026-10-05 10:00Z"});
  }

  static std::string at(const std::string& time) { return "2026-11-22 " + time + "Z"; }

  Table ask(const std::string& query) {
    const auto rows = connection.execute(query);
    Table table(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::size_t c = 0; c < rows.columns(); ++c) table[r].emplace_back(rows.is_null(r, c) ? "NULL" : rows.text(r, c));
    }
    return table;
  }
  std::string plan(const std::string& query) {
    std::string text;
    for (const auto& line : ask("explain " + query)) text += line[0] + "\n";
    return text;
  }
  std::vector<std::string> columns(const std::string& view) {
    std::vector<std::string> out;
    for (const auto& row :
         ask("select column_name || ' ' || data_type from information_schema.columns where table_schema = 'reporting' and "
             "table_name = '" +
             view + "' order by ordinal_position")) {
      out.push_back(row[0]);
    }
    return out;
  }
  static std::vector<std::string> first(std::vector<std::string> list, std::size_t count) {
    list.resize(std::min(list.size(), count));
    return list;
  }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  int site = 0;
  /// What Grafana writes for "in the chosen time range".
  const std::string in_range = " between '2026-11-22T00:00:00Z' and '2026-11-23T00:00:00Z'";
};

TEST_F(ReportingTest, HasTheColumnsOfTheOriginal) {
  EXPECT_EQ(first(columns("domains"), 2), (std::vector<std::string>{"domain_id integer", "domain_name text"}));
  EXPECT_EQ(first(columns("sessions"), 31), (std::vector<std::string>{"id bigint",
                                                                      "updated_at timestamp with time zone",
                                                                      "duration integer",
                                                                      "bounce boolean",
                                                                      "exit_path text",
                                                                      "visitor_id text",
                                                                      "created_at timestamp with time zone",
                                                                      "domain_id integer",
                                                                      "entry_path text",
                                                                      "country character varying",
                                                                      "latitude double precision",
                                                                      "longitude double precision",
                                                                      "subdivision text",
                                                                      "city text",
                                                                      "browser text",
                                                                      "browser_version text",
                                                                      "os text",
                                                                      "os_version text",
                                                                      "platform text",
                                                                      "device_type text",
                                                                      "bot boolean",
                                                                      "screen_w integer",
                                                                      "screen_h integer",
                                                                      "timezone text",
                                                                      "pixel_ratio double precision",
                                                                      "pixel_depth integer",
                                                                      "utm_source text",
                                                                      "utm_medium text",
                                                                      "utm_campaign text",
                                                                      "utm_content text",
                                                                      "utm_term text"}));
  EXPECT_EQ(first(columns("events"), 10),
            (std::vector<std::string>{"id bigint", "name text", "domain_id integer", "path text", "referrer text",
                                      "visitor_id text", "session_id bigint", "load_time integer", "ttfb integer",
                                      "created_at timestamp with time zone"}));
}

TEST_F(ReportingTest, ShowsAWholeSession) {
  EXPECT_EQ(
      ask("select duration, bounce, exit_path, visitor_id, entry_path, country, latitude, longitude, subdivision, city, browser,"
          " browser_version, os, os_version, platform, device_type, bot, screen_w, screen_h, timezone, pixel_ratio, pixel_depth,"
          " utm_source, utm_medium, utm_campaign, utm_content, utm_term from sessions where id = 1024"),
      (Table{{"60",      "f",     "/pricing",   "400", "/",      "DE",       "52.5", "13.4", "Berlin", "Berlin",
              "Firefox", "128.0", "Linux",      "6.1", "Linux",  "Computer", "f",    "1920", "1080",   "Europe/Berlin",
              "1.5",     "24",    "newsletter", "cpc", "spring", "banner",   "shoes"}}));
  EXPECT_EQ(
      ask("select day, pageviews, events, channel, source, referrer, click_id, hostname, exit_hostname, language, bot_reason"
          " from sessions where id = 1024"),
      (Table{{"2026-11-22", "2", "4", "Organic Search", "Google", "google.com/search", "gclid", "example.com", "example.com",
              "de-DE", "0"}}));
}

TEST_F(ReportingTest, ShowsEventsOfEveryKindOnce) {
  EXPECT_EQ(
      ask("select name, path, referrer, visitor_id, session_id, load_time, ttfb, channel, bot, properties from events"
          " where session_id = 1024 order by created_at"),
      (Table{{"load", "/", "google.com/search", "400", "1024", "120", "30", "Organic Search", "f", "NULL"},
             {"pushstate", "/pricing", "google.com/search", "400", "1024", "0", "0", "Organic Search", "f", "NULL"},
             {"hidden", "/pricing", "google.com/search", "400", "1024", "0", "0", "Organic Search", "f", "NULL"},
             {"Signup", "/pricing", "google.com/search", "400", "1024", "0", "0", "Organic Search", "f", "{\"a\": \"b\"}"}}));
  EXPECT_EQ(ask("select count(*), count(distinct id) from events"), (Table{{"8", "8"}}));
}

TEST_F(ReportingTest, WritesAVisitorAsHexadecimalWithoutSign) {
  insert(connection, VisitRow{.site = site, .id = -1023});
  EXPECT_EQ(ask("select visitor_id from sessions where id = -1023"), (Table{{"fffffffffffffc00"}}));
}

TEST_F(ReportingTest, LeavesOutVisitsOfPingsAlone) {
  EXPECT_EQ(ask("select count(*) from sessions where id = 16384"), (Table{{"0"}}));
}

TEST_F(ReportingTest, ShowsNoPlaceWhereNoneIsKnown) {
  EXPECT_EQ(ask("select latitude, longitude, country from sessions where id = 4096"), (Table{{"NULL", "NULL", ""}}));
}

TEST_F(ReportingTest, NamesEveryKindThatIsARow) {
  std::size_t rows = 0;
  for (int kind = 1; kind < 256; ++kind) {
    if (!event::is_row(static_cast<event::Kind>(kind))) continue;
    ++rows;
    EXPECT_EQ(ask("select name from pico.event_kinds where kind = " + std::to_string(kind)),
              (Table{{std::string(event::name_of(static_cast<event::Kind>(kind)))}}));
  }
  EXPECT_EQ(ask("select count(*) from pico.event_kinds"), (Table{{std::to_string(rows)}}));
}

// The fourteen questions of the dashboard that the original ships.

TEST_F(ReportingTest, Answers1DistinctVisitors) {
  EXPECT_EQ(ask("select count(distinct e.visitor_id) from events e join sessions s on s.id = e.session_id"
                " where e.created_at" +
                in_range + " and not s.bot"),
            (Table{{"2"}}));
}

TEST_F(ReportingTest, Answers2Sessions) {
  EXPECT_EQ(ask("select count(*) from sessions where created_at" + in_range + " and bot = false"), (Table{{"3"}}));
}

TEST_F(ReportingTest, Answers3Pageloads) {
  EXPECT_EQ(ask("select count(*) from events e join sessions s on e.session_id = s.id where e.created_at" + in_range +
                " and s.bot = false and e.name = 'load'"),
            (Table{{"3"}}));
}

TEST_F(ReportingTest, Answers4SessionDuration) {
  EXPECT_EQ(ask("select avg(duration)::int from sessions where updated_at" + in_range + " and bot = false"), (Table{{"50"}}));
}

TEST_F(ReportingTest, Answers5BounceRate) {
  const std::string rate = "select round(100.0 * sum(case when bounce then 1 else 0 end) / nullif(count(*), 0), 1) from sessions";
  EXPECT_EQ(ask(rate + " where created_at" + in_range + " and bot = false"), (Table{{"66.7"}}));
  EXPECT_EQ(ask(rate + " where created_at between '2026-11-01Z' and '2026-11-02Z'"), (Table{{"NULL"}}));
}

TEST_F(ReportingTest, Answers6EventsPerVisit) {
  EXPECT_EQ(ask("select round(avg(n), 1) from (select count(*) as n from events e join sessions s on s.id = e.session_id where "
                "s.updated_at" +
                in_range + " and s.bot = false and e.name <> 'ping' group by s.id) per_session"),
            (Table{{"2.0"}}));
}

TEST_F(ReportingTest, Answers7CurrentSessions) {
  EXPECT_EQ(ask("select count(*) from sessions where created_at" + in_range +
                " and updated_at > '2026-11-22T11:10:00Z'::timestamptz - interval '30 minutes' and bot = false"),
            (Table{{"1"}}));
}

TEST_F(ReportingTest, Answers8EventsPerInterval) {
  EXPECT_EQ(ask("select floor(extract(epoch from e.created_at) / 3600) * 3600 as time, d.domain_name, count(*) from events e"
                " join domains d using (domain_id) where e.created_at" +
                in_range + " and e.name = 'load' group by 1, 2 order by 1"),
            (Table{{"1795341600", "example.com", "3"}, {"1795345200", "example.com", "1"}}));
}

TEST_F(ReportingTest, Answers9SessionDurationsPerInterval) {
  EXPECT_EQ(ask("select date_trunc('hour', updated_at) as time, avg(duration)::int from sessions where updated_at" + in_range +
                " and bot = false group by 1 order by 1"),
            (Table{{"2026-11-22 10:00:00+00", "75"}, {"2026-11-22 11:00:00+00", "0"}}));
}

TEST_F(ReportingTest, Answers10TopSources) {
  EXPECT_EQ(ask("select case when referrer = '' then 'direct' else referrer end as source, count(distinct visitor_id) from events"
                " where created_at" +
                in_range + " and not bot group by 1 order by 2 desc, 1 limit 10"),
            (Table{{"direct", "1"}, {"google.com/search", "1"}}));
}

TEST_F(ReportingTest, Answers11TopPages) {
  EXPECT_EQ(ask("select path, count(distinct visitor_id) from events where created_at" + in_range +
                " and referrer <> '' and not bot group by path order by 2 desc, 1 limit 10"),
            (Table{{"/", "1"}, {"/blog", "1"}, {"/pricing", "1"}}));
}

TEST_F(ReportingTest, Answers12EntryPages) {
  EXPECT_EQ(ask("select entry_path, count(*) from sessions where created_at" + in_range +
                " and bot = false group by 1 order by 2 desc, 1 limit 10"),
            (Table{{"/", "2"}, {"/blog", "1"}}));
}

TEST_F(ReportingTest, Answers13ExitPages) {
  EXPECT_EQ(ask("select exit_path, count(*) from sessions where created_at" + in_range +
                " and bot = false group by 1 order by 2 desc, 1 limit 10"),
            (Table{{"/", "1"}, {"/blog", "1"}, {"/pricing", "1"}}));
}

TEST_F(ReportingTest, Answers14TheMap) {
  EXPECT_EQ(ask("select latitude, longitude from sessions where created_at" + in_range +
                " and latitude is not null and bot = false order by created_at limit 50"),
            (Table{{"52.5", "13.4"}, {"52.5", "13.4"}}));
}

TEST_F(ReportingTest, CountsADaysFiguresWithoutBotsAndPings) {
  const auto rows = connection.execute(
      "select concat_ws(' ', day, visitors, visits, pageviews, bounces) from daily where domain_id = $1 and day >= '2026-11-01' order by day",
      site);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows.text(0, 0), connection.execute("select concat_ws(' ', day, count(distinct visitor_id), count(*), sum(pageviews), "
                                                "count(*) filter (where bounce)) from sessions where domain_id = $1 and not bot and day >= "
                                                "'2026-11-01' group by day",
                                                site)
                                 .text(0, 0));
  EXPECT_EQ(rows.text(0, 0), "2026-11-22 2 3 4 2");
}

TEST_F(ReportingTest, LeavesOutTheMonthsAndSitesThatAreNotAskedFor) {
  connection.execute("set enable_partitionwise_join = on");
  for (const auto& query :
       {"select count(*) from sessions where created_at" + in_range, "select count(*) from sessions where updated_at" + in_range,
        "select referrer, count(*) from events where created_at" + in_range + " group by 1"}) {
    const auto text = plan(query);
    EXPECT_THAT(text, HasSubstr("2026_11_h0")) << text;
    EXPECT_THAT(text, Not(HasSubstr("2026_10"))) << text;
    EXPECT_THAT(text, Not(HasSubstr("2026_12"))) << text;
  }
  const auto one_site =
      plan("select count(*) from sessions where domain_id = " + std::to_string(site) + " and created_at" + in_range);
  EXPECT_THAT(one_site, Not(HasSubstr("Append"))) << one_site;
}

TEST_F(ReportingTest, ReadsOnlyTheWordsThatAreAskedFor) {
  const auto text = plan("select avg(duration) from sessions");
  for (const std::string word : {"pages", "acquisitions", "devices", "locations", "screens"})
    EXPECT_THAT(text, Not(HasSubstr(word)));
}

TEST_F(ReportingTest, IsAllThatTheReaderSees) {
  connection.execute("set role picolytics_reader");
  EXPECT_EQ(ask("select count(*) from sessions"), (Table{{"5"}}));
  EXPECT_THROW(ask("select 1 from pico.visits"), DatabaseError);
  EXPECT_THROW(ask("select 1 from pico.salts"), DatabaseError);
  EXPECT_THROW(connection.execute("create table reporting.mine (a int)"), DatabaseError);
}

TEST(Reporting, DoesWithoutItsRoleWhereRolesCannotBeMade) {
  const auto database = test::TestDatabase::empty();
  auto admin = database.connect();
  admin.execute("create role plain_owner login; alter database " + database.name() + " owner to plain_owner");
  admin.execute("alter role picolytics_reader rename to reader_of_other_tests");  // roles are the cluster's
  auto connection = Connection::open({.conninfo = database.conninfo() + " user=plain_owner"});
  ASSERT_TRUE(connection);
  EXPECT_TRUE(migrate(*connection));
  EXPECT_EQ(connection->execute("select count(*) from reporting.sessions").get<int>(0, 0), 0);
  EXPECT_TRUE(connection->execute("select 1 from pg_roles where rolname = 'picolytics_reader'").empty());
  admin.execute("alter role reader_of_other_tests rename to picolytics_reader");
}

TEST(Reporting, GivesTheViewsToARoleThatIsThereAlready) {
  const auto database = test::TestDatabase::empty();
  auto admin = database.connect();
  admin.execute("create role other_owner login; alter database " + database.name() + " owner to other_owner");
  auto connection = Connection::open({.conninfo = database.conninfo() + " user=other_owner"});
  ASSERT_TRUE(connection);
  EXPECT_TRUE(migrate(*connection));
  admin.execute("set role picolytics_reader");
  EXPECT_EQ(admin.execute("select count(*) from reporting.sessions").get<int>(0, 0), 0);
}

}  // namespace
}  // namespace pico::storage
