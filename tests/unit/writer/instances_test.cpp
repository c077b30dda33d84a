#include <gmock/gmock.h>

#include <random>
#include <set>

#include "stored_rows.hpp"
#include "writer_fixture.hpp"

/// Two servers on one Postgres, each with a journal and writers of its own; every event comes by either. All that they store and announce
/// must be what one server that had all events would have stored.
namespace pico::writer {
namespace {

using event::Kind;

struct Instances : WriterTest, testing::WithParamInterface<unsigned> {
  static std::string one_of(storage::Connection& connection, const std::string& sql) {
    return std::string(connection.execute(sql).text(0, 0));
  }
  std::unique_ptr<journal::Journal> journal_in(const std::string& name) {
    auto opened = journal::Journal::open({.directory = folder.path() / name, .segment_bytes = 1 << 20}, registry);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
  event::Enriched random_event() {
    static constexpr Kind kinds[] = {Kind::load, Kind::load, Kind::pushstate, Kind::custom, Kind::engagement, Kind::ping, Kind::visible};
    static constexpr std::string_view paths[] = {"/", "/a", "/b"}, sources[] = {"", "Google"};
    auto event = event_of(1 + random() % 15, noon - 10h + std::chrono::minutes(random() % 900) + std::chrono::milliseconds(random() % 60'000),
                          kinds[random() % std::size(kinds)]);
    if (random() % 4 == 0) event.day -= std::chrono::days(1), event.at -= 24h;
    if (random() % 3 == 0) event.domain = "b.example";
    event.path = paths[random() % std::size(paths)];
    event.acquisition.source = sources[random() % std::size(sources)];
    if (event.kind == Kind::custom) event.name = "signup";
    if (event.kind == Kind::engagement) event.engaged_ms = static_cast<std::int32_t>(random() % 9000);
    event.interactive = random() % 2 == 0;
    return event;
  }
  static bool drained(Writer& writer, journal::Journal& from) { return writer.wait_until_committed(from.epoch(), from.durable(), 60s); }
  static void submit_all(journal::Journal& to, const std::vector<event::Enriched>& events) {
    for (const auto& event : events) {
      journal::GroupBuilder group;
      add(group, event);
      submit_to(to, group);
    }
  }

  std::mt19937 random{GetParam()};
};

/// `domain day` of the events.
std::set<std::string> days_of(const std::vector<event::Enriched>& events) {
  std::set<std::string> days;
  for (const auto& event : events) days.insert(std::string(event.domain) + " " + to_string(event.day));
  return days;
}
std::string lines(const std::set<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += text + "\n";
  return out;
}

TEST_P(Instances, StoreAndAnnounceWhatOneWouldThoughOneLagsBehind) {
  std::vector<event::Enriched> all, first, second;
  for (int i = 0; i < 500; ++i) {
    all.push_back(random_event());
    (random() % 2 ? first : second).push_back(all.back());
  }
  const bool lagging = GetParam() % 2 == 0;
  if (lagging) std::erase_if(second, [](const auto& event) { return event.domain == "b.example" && event.day == today; });
  if (lagging) std::erase_if(all, [&](const auto& event) {
    const auto is = [&](const auto& other_event) { return other_event == event; };
    return std::none_of(first.begin(), first.end(), is) && std::none_of(second.begin(), second.end(), is);
  });
  options.batch_max_events = 37;
  options.writers = 2;
  const auto second_journal = journal_in("second");
  submit_all(*journal, first);
  submit_all(*second_journal, second);
  const auto writer = start();
  if (lagging) {  // the second has been away, its days were closed meanwhile, and it comes with all it has
    ASSERT_TRUE(drained(*writer, *journal));
    other.execute("update pico.site_days set closing = true");
  }
  Writer second_writer(options, *second_journal, registry, clock);
  ASSERT_TRUE(drained(*writer, *journal));
  ASSERT_TRUE(drained(second_writer, *second_journal));

  auto single_database = test::TestDatabase::migrated();
  auto single = single_database.connect();
  const auto single_journal = journal_in("single");
  submit_all(*single_journal, all);
  auto single_options = options;
  single_options.database.conninfo = single_database.conninfo();
  single_options.writers = 1;
  Writer single_writer(single_options, *single_journal, registry, clock);
  ASSERT_TRUE(drained(single_writer, *single_journal));

  for (const auto& sql : {std::string(visits_sql), rows_sql("events", "kind"), rows_sql("event_details", "name_id is null, interactive"),
                          rows_sql("engagement", "engaged_ms"),
                          std::string("select string_agg(domain || day, ' ' order by domain, day) from pico.site_days join pico.sites "
                                      "using (site_id)")})
    EXPECT_EQ(one(sql), one_of(single, sql)) << sql;

  EXPECT_EQ(one("select string_agg(domain || ' ' || day || e'\\n', '' order by domain, day) from pico.site_days join pico.sites using (site_id)"),
            lines(days_of(all)));
  const std::string marked =
      "select coalesce(string_agg(distinct domain || ' ' || day || e'\\n', ''), '') from pico.rollup_marks join pico.sites using (site_id)";
  std::set<std::string> late = days_of(second);
  if (!lagging) late.clear();
  EXPECT_EQ(one(marked), lines(late)) << "the closed days that the second touched, and no others";
  EXPECT_EQ(one("select count(*) from (select site_id, day, visit_id & -1024 from pico.visits except "
                "select site_id, day, unnest(visitors) from pico.feed) missing"),
            "0");
  EXPECT_EQ(one("select count(*) from (select site_id, day, unnest(visitors) from pico.feed except "
                "select site_id, day, visit_id & -1024 from pico.visits) invented"),
            "0");
}

INSTANTIATE_TEST_SUITE_P(Seeds, Instances, testing::Range(0u, 6u));

}  // namespace
}  // namespace pico::writer
