#include <gmock/gmock.h>

#include <deque>
#include <future>

#include "pico/api/micro_inserts.hpp"
#include "pico/enrich/caller.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_postgres.hpp"
#include "support/unanswered_commits.hpp"

namespace pico::api {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto patience = 60s;
constexpr Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 7 / 1} + 12h;

struct FixedClock final : Clock {
  [[nodiscard]] Instant now() const override { return noon; }
};

/// A body in pieces.
class Body final : public http::BodyPipe {
 public:
  explicit Body(std::deque<std::string> pieces, bool lost = false) : pieces_(std::move(pieces)), lost_(lost) {}
  /// One that comes when the promise is kept.
  Body(std::deque<std::string> pieces, std::shared_future<void> begin) : Body(std::move(pieces)) { begin_ = std::move(begin); }

  std::string_view read() override {
    started.set_value_once();
    if (begin_.valid()) begin_.wait();
    if (pieces_.empty() && lost_) throw http::BodyLost();
    if (pieces_.empty()) return {};
    piece_ = std::move(pieces_.front());
    pieces_.pop_front();
    return piece_;
  }

  struct Once {
    std::promise<void> promise;
    bool done = false;
    void set_value_once() {
      if (!std::exchange(done, true)) promise.set_value();
    }
  } started;

 private:
  std::deque<std::string> pieces_;
  const bool lost_;
  std::shared_future<void> begin_;
  std::string piece_;
};

struct MicroInsertsTest : testing::Test {
  MicroInsertsTest() {
    initialise_crypto();
    options.pageviews = {"view"};
    options.spool_directory = folder.path();
    options.caller_key = HashKey::random();
    options.past_key = HashKey::random();
    salts.put(Day{std::chrono::year{2026} / 7 / 1}, HashKey::random());
  }
  ~MicroInsertsTest() override { inserts.reset(); }

  MicroInserts& start() {
    const writer::Options of_writers{.database = {.conninfo = database.conninfo()}, .make_sites = options.make_sites};
    item_writer.emplace(of_writers, 1, registry, clock);
    list_writer.emplace(of_writers, 2, registry, clock);
    inserts.emplace(options, MicroWriters{*item_writer, *list_writer}, knowledge, salts, sites, registry, clock);
    return *inserts;
  }

  using Future = std::future<http::Response>;
  struct Pending {
    MicroInserts::Answer answer;
    Future future;
  };
  static Pending pending() {
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto future = promise->get_future();
    return {[promise](http::Response response) { promise->set_value(std::move(response)); }, std::move(future)};
  }
  static http::Response get(Future future) {
    if (future.wait_for(patience) != std::future_status::ready) throw std::runtime_error("no answer");
    return future.get();
  }
  Future send(const std::string& website, std::string body) {
    auto [answer, future] = pending();
    inserts->insert_item(website, std::move(body), answer);
    return std::move(future);
  }
  Future send_list(const std::optional<std::string>& website, std::shared_ptr<http::BodyPipe> body) {
    auto [answer, future] = pending();
    inserts->insert_list(website, std::move(body), answer);
    return std::move(future);
  }
  http::Response item(const std::string& website, std::string body) { return get(send(website, std::move(body))); }
  http::Response list(const std::optional<std::string>& website, std::deque<std::string> pieces) {
    return get(send_list(website, std::make_shared<Body>(std::move(pieces))));
  }
  std::string one(const std::string& query) { return admin.execute(query).get<std::string>(0, 0); }
  std::string rows() { return one("select count(*) || ' ' || (select count(*) from pico.events) from pico.micro_visits"); }
  double metric(const std::string& line) {
    const auto text = registry.expose();
    const auto at = text.find("\n" + line + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size() + 2));
  }

  test::TestDatabase database = test::TestDatabase::migrated();
  storage::Connection admin = database.connect();
  const test::TemporaryFolder folder;
  metrics::Registry registry;
  const FixedClock clock;
  enrich::Salts salts;
  enrich::Sites sites{TimeZone()};
  std::shared_ptr<enrich::Knowledge> knowledge = *enrich::Knowledge::load({}, registry);
  MicroInsertOptions options;
  std::optional<writer::BulkWriter> item_writer, list_writer;
  std::optional<MicroInserts> inserts;
};

TEST_F(MicroInsertsTest, AVisitIsStoredWhenItIsAnsweredWithAnEmptyBody) {
  start();
  const auto response = item("WWW.Example.com", R"({"time":"2026-06-30T10:00:00+02:00","event":"download","ip":"1.2.3.4:99","path":"/a",)"
                                                R"("headers":{"user-agent":"curl/8","referer":"http://x.example:81/y"}})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.content_type, "");
  EXPECT_EQ(one("select concat_ws(' ', domain, m.at at time zone 'utc', path, e.name, platform, referer_domain, country, who) from pico.micro_visits m "
                "join pico.sites using (site_id) join pico.pages p using (site_id, page_id) join pico.event_names e on e.name_id = m.name_id "
                "join pico.micro_labels using (label_id)"),
            "example.com 2026-06-30 08:00:00 /a download Curl x.example:81  " + std::to_string(enrich::caller_id(options.caller_key, "example.com", "1.2.3.4")));
  EXPECT_EQ(one("select kind || ' ' || micro from pico.events join pico.event_details using (visit_id, at)"), "0 true");
}

TEST_F(MicroInsertsTest, AnItemOfAListSaysItsPlatformRefererAndCountry) {
  start();
  EXPECT_EQ(list("example.com", {R"({"list":[{"ip":"1.2.3.4","platform":"Toaster","refererDomain":"a.b","countryCode":"FR"}]})"}).status, 200);
  EXPECT_EQ(one("select concat_ws(' ', platform, referer_domain, country) from pico.micro_labels"), "Toaster a.b fr");
  EXPECT_EQ(one("select country || ' ' || referrer || ' ' || bot from pico.visits join pico.locations using (location_id) join pico.acquisitions using "
                "(site_id, acquisition_id)"),
            "FR a.b 0")
      << "who sends no User-Agent along is no bot";
  EXPECT_EQ(one("select kind::text from pico.events"), "10");
  EXPECT_EQ(list("mac.example", {R"({"list":[{"platform":"Apple Mac"}]})"}).status, 200);
  EXPECT_EQ(one("select os || ' ' || device_type from pico.visits join pico.devices using (device_id) join pico.sites using (site_id) where domain = 'mac.example'"),
            "MacOSX Computer");
}

TEST_F(MicroInsertsTest, AListMayComeInPiecesAndBeOfManySitesAndWhatNamesNoneIsSkippedAndCounted) {
  start();
  const auto response = list(std::nullopt, {R"({"list":[{"website":"a.example","path":"/1"},{"pa)", R"(th":"/2"},{"website":"b.exa)", R"(mple","time":"soon"},{"website":null}]})"});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers, HasSubstr("X-Picolytics-Skipped: 2\r\n"));
  EXPECT_THAT(response.headers, HasSubstr("X-Picolytics-Replaced-Times: 1\r\n"));
  EXPECT_EQ(one("select string_agg(domain, ' ' order by domain) from pico.micro_visits join pico.sites using (site_id)"), "a.example b.example");
  EXPECT_EQ(metric(R"(picolytics_micro_items_total{outcome="skipped"})"), 2);
  EXPECT_EQ(metric(R"(picolytics_micro_items_total{outcome="inserted"})"), 2);
}

TEST_F(MicroInsertsTest, AnEmptyListIsNoFault) {
  start();
  EXPECT_EQ(list("example.com", {R"({"list":[]})"}).status, 200);
  EXPECT_EQ(list(std::nullopt, {R"({"list":[{"path":"/"}]})"}).status, 200);
  EXPECT_EQ(one("select count(*)::text from pico.sites"), "0");
}

TEST_F(MicroInsertsTest, AFaultAnywhereInAListLeavesNothing) {
  start();
  const std::string good = R"({"website":"a.example","path":"/"})";
  struct Case {
    std::string last, code;
  };
  for (const auto& [last, code] : {Case{R"({"website":5})", "InvalidJSON"}, Case{R"({"website":"../../x"})", "InvalidDatabaseName"},
                                   Case{R"({"website":"a.example","time":"1999-01-01T00:00:00Z"})", "InvalidTimeFormat"}, Case{good + "]", "InvalidJSON"}}) {
    std::deque<std::string> pieces{R"({"list":[)"};
    for (int i = 0; i < 5'000; ++i) pieces.push_back(good + ",");
    pieces.push_back(last + "]}");
    const auto response = list(std::nullopt, pieces);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_THAT(std::string(response.body), HasSubstr("\"code\":\"" + code + "\""));
    EXPECT_EQ(rows(), "0 0");
  }
}

TEST_F(MicroInsertsTest, ABodyThatIsCutOffLeavesNothing) {
  start();
  const auto response = get(send_list("example.com", std::make_shared<Body>(std::deque<std::string>{R"({"list":[{"path":"/"},)"}, true)));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(rows(), "0 0");
}

TEST_F(MicroInsertsTest, AVisitAloneIsHeldUpByNoFaultOfAnother) {
  start();
  std::vector<Future> good, bad;
  for (int i = 0; i < 100; ++i) {
    good.push_back(send("example.com", R"({"path":"/)" + std::to_string(i) + "\"}"));
    bad.push_back(send("example.com", i % 2 == 0 ? R"({"time":"soon"})" : "nothing"));
  }
  for (auto& future : good) EXPECT_EQ(get(std::move(future)).status, 200);
  for (auto& future : bad) EXPECT_EQ(get(std::move(future)).status, 400);
  EXPECT_EQ(rows(), "100 100");
}

TEST_F(MicroInsertsTest, WhatIsNoNameOfAWebsiteIsRefused) {
  start();
  for (const auto* name : {"..", "a b", "", "a/b"}) {
    EXPECT_THAT(std::string(item(name, "{}").body), HasSubstr("InvalidDatabaseName"));
    EXPECT_THAT(std::string(list(name, {"{}"}).body), HasSubstr("InvalidDatabaseName"));
  }
}

TEST_F(MicroInsertsTest, SitesThatAreNotListedAreRefusedWhereSitesAreListed) {
  options.make_sites = false;
  start();
  EXPECT_THAT(std::string(item("example.com", "{}").body), HasSubstr("siteRegistration"));
  EXPECT_EQ(one("select count(*)::text from pico.sites"), "0");
}

TEST_F(MicroInsertsTest, ASiteThatHasJustBeenRemovedIsNotSaidToHaveBeenInsertedInto) {
  options.make_sites = false;
  admin.execute("insert into pico.sites (domain) values ('here.example')");
  admin.execute("insert into pico.site_zones (site_id, tz) select site_id, 'Etc/UTC' from pico.sites");
  sites.replace_stored({{"here.example", TimeZone(), true}, {"gone.example", TimeZone(), true}});
  start();
  std::vector<Future> gone, here;
  for (int i = 0; i < 10; ++i) {
    gone.push_back(send("gone.example", "{}"));
    here.push_back(send("here.example", "{}"));
  }
  for (auto& future : gone) EXPECT_EQ(get(std::move(future)).status, 400);
  for (auto& future : here) EXPECT_EQ(get(std::move(future)).status, 200);
  EXPECT_EQ(list("gone.example", {R"({"list":[{}]})"}).status, 400);
  const auto response = list(std::nullopt, {R"({"list":[{"website":"gone.example"},{"website":"here.example"}]})"});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers, HasSubstr("X-Picolytics-Skipped: 1\r\n"));
  EXPECT_EQ(rows(), "11 11");
}

TEST_F(MicroInsertsTest, AddressesAreKeptForSitesThatAskForItAndForNoOther) {
  admin.execute(R"(insert into pico.sites (domain, settings) values ('keeps.example', '{"storeIp": true}'), ('example.com', '{}'))");
  admin.execute("insert into pico.site_zones (site_id, tz) select site_id, 'Etc/UTC' from pico.sites");
  sites.replace_stored({{"keeps.example", TimeZone(), true, true}, {"example.com", TimeZone(), true, false}});
  start();
  for (const auto* site : {"keeps.example", "example.com"}) EXPECT_EQ(item(site, R"({"ip":"[2001:db8::1]:80"})").status, 200);
  EXPECT_EQ(one("select string_agg(domain || ' ' || ip, ',') from pico.micro_addresses join pico.sites using (site_id)"), "keeps.example 2001:db8::1");
}

TEST_F(MicroInsertsTest, ByDayWhoCameIsTheVisitorOfTheDay) {
  options.unique_by_day = true;
  start();
  EXPECT_EQ(list("example.com", {R"({"list":[{"ip":"1.2.3.4","time":"2026-06-01T10:00:00Z"},{"ip":"1.2.3.4","time":"2026-06-02T10:00:00Z"}]})"}).status, 200);
  EXPECT_EQ(one("select count(distinct who)::text from pico.micro_visits"), "2");
  EXPECT_EQ(one("select count(*)::text from pico.micro_visits where who = (visit_id & -1024)"), "2");
}

TEST_F(MicroInsertsTest, ATimeWhoseSaltIsNotMadeYetIsTooFarAheadAndAMissingSaltIsAFaultForNow) {
  start();
  EXPECT_EQ(item("example.com", R"({"time":"2026-07-02T08:00:00Z"})").status, 400);
  salts.put(Day{std::chrono::year{2026} / 6 / 29}, HashKey::random());
  const auto response = item("example.com", R"({"time":"2026-06-30T08:00:00Z"})");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(std::string(response.fixed_headers), HasSubstr("Retry-After"));
}

TEST_F(MicroInsertsTest, MoreListsThanMayWaitAreRefusedAndTheOthersAreStored) {
  options.threads = 1;
  options.max_waiting_lists = 1;
  start();
  std::promise<void> begin;
  const std::deque<std::string> pieces{R"({"list":[{"path":"/"}]})"};
  const auto first = std::make_shared<Body>(pieces, begin.get_future().share());
  auto running = send_list("example.com", first);
  first->started.promise.get_future().wait();
  auto waiting = send_list("example.com", std::make_shared<Body>(pieces));
  const auto refused = list("example.com", pieces);
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(std::string(refused.fixed_headers), HasSubstr("Retry-After"));
  EXPECT_THAT(std::string(refused.body), HasSubstr("InternalError"));
  EXPECT_EQ(metric(R"(picolytics_micro_requests_waiting{form="list"})"), 1);
  EXPECT_EQ(item("example.com", "{}").status, 200) << "a visit alone does not wait for lists";
  begin.set_value();
  EXPECT_EQ(get(std::move(running)).status, 200);
  EXPECT_EQ(get(std::move(waiting)).status, 200);
  EXPECT_EQ(rows(), "3 3");
}

TEST_F(MicroInsertsTest, AVisitAloneIsStoredThoughListsHoldAllTheirSessions) {
  start();
  ASSERT_EQ(item("example.com", R"({"ip":"203.0.113.1"})").status, 200);
  auto rival = database.connect();
  storage::Transaction holding(rival);
  rival.execute("select from pico.visits for update");
  std::vector<Future> lists;
  for (int i = 0; i < 4; ++i) lists.push_back(send_list("example.com", std::make_shared<Body>(std::deque<std::string>{R"({"list":[{"ip":"203.0.113.1"}]})"})));
  while (metric("picolytics_bulk_waiting") < 2) std::this_thread::yield();
  EXPECT_EQ(item("other.example", "{}").status, 200);
  EXPECT_EQ(item("example.com", R"({"ip":"203.0.113.2"})").status, 200) << "another visitor of the same site";
  holding.commit();
  for (auto& answer : lists) EXPECT_EQ(get(std::move(answer)).status, 200);
  EXPECT_EQ(rows(), "7 7");
}

TEST_F(MicroInsertsTest, WhilePostgresIsAwayCallersAreToldToTryAgainAndThatHelps) {
  start();
  ASSERT_EQ(item("example.com", "{}").status, 200);
  database.refuse_connections(true);
  for (const auto& response : {item("example.com", "{}"), list("example.com", {R"({"list":[{}]})"})}) {
    EXPECT_EQ(response.status, 503);
    EXPECT_THAT(std::string(response.fixed_headers), HasSubstr("Retry-After"));
    EXPECT_THAT(std::string(response.body), HasSubstr("InternalError"));
  }
  database.refuse_connections(false);
  auto again = database.connect();
  EXPECT_EQ(item("example.com", "{}").status, 200);
  EXPECT_EQ(again.execute("select count(*) from pico.micro_visits").get<int>(0, 0), 2);
}

TEST_F(MicroInsertsTest, WhenACommitIsNotAnsweredNobodyIsToldThatNothingWasInserted) {
  start();
  ASSERT_EQ(item("example.com", "{}").status, 200);
  test::UnansweredCommits commits(database);
  auto pending = send("example.com", "{}");
  commits.wait_for_one();
  database.refuse_connections(true);
  inserts->stop();  // or it would wait for a minute
  const auto response = get(std::move(pending));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.fixed_headers, "") << "no Retry-After";
  EXPECT_THAT(std::string(response.body), HasSubstr("it may have been inserted"));
  EXPECT_THAT(std::string(response.body), Not(HasSubstr("nothing was inserted")));
  EXPECT_EQ(metric(R"(picolytics_micro_items_total{outcome="unknown"})"), 1);
  commits.answer_again();
  database.refuse_connections(false);
  EXPECT_EQ(database.connect().execute("select count(*) from pico.micro_visits").get<int>(0, 0), 2);
}

TEST_F(MicroInsertsTest, WhenTheDiskHasNoRoomForALongListNothingIsInserted) {
  options.min_free_bytes = std::uint64_t{1} << 60;
  start();
  const std::string one = R"({"path":"/)" + std::string(900, 'x') + R"("},)";
  std::deque<std::string> pieces{R"({"list":[)"};
  for (int i = 0; i < 10'000; ++i) pieces.push_back(one);
  pieces.emplace_back("{}]}");
  const auto response = list("example.com", pieces);
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(std::string(response.body), HasSubstr("disk"));
  EXPECT_EQ(rows(), "0 0");
}

TEST_F(MicroInsertsTest, WhatPostgresDoesNotTakeIsAnInsertThatFailed) {
  start();
  admin.execute("create function pico.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$");
  admin.execute("create trigger refuse before insert on pico.micro_labels for each statement execute function pico.refuse()");
  const auto response = item("example.com", "{}");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(std::string(response.body), HasSubstr("InsertFailed"));
  EXPECT_THAT(registry.expose(), HasSubstr(R"(picolytics_micro_requests_total{outcome="failed"} 1)"));
  EXPECT_EQ(metric(R"(picolytics_micro_items_total{outcome="refused"})"), 1);
  EXPECT_EQ(list("example.com", {R"({"list":[{},{}]})"}).status, 500);
  EXPECT_EQ(metric(R"(picolytics_micro_items_total{outcome="refused"})"), 3) << "single ones count as those of lists do";
}

TEST_F(MicroInsertsTest, AfterAStopWhatComesIsRefused) {
  start();
  ASSERT_EQ(item("example.com", "{}").status, 200);
  inserts->stop();
  EXPECT_EQ(item("example.com", "{}").status, 503);
  EXPECT_EQ(list("example.com", {"{}"}).status, 503);
  EXPECT_EQ(rows(), "1 1");
}

}  // namespace
}  // namespace pico::api
