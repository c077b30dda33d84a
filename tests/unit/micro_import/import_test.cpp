#include "pico/micro_import/import.hpp"

#include <gmock/gmock.h>

#include "files.hpp"
#include "pico/enrich/caller.hpp"
#include "pico/storage/sites.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_postgres.hpp"

namespace pico::micro_import {
namespace {

using namespace std::chrono_literals;

struct FixedClock final : Clock {
  [[nodiscard]] Instant now() const override { return std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 12h; }
};

struct MicroImport : testing::Test {
  MicroImport() {
    initialise_crypto();
    salts.put(std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}, HashKey::random());
    use(true);
  }
  void use(bool make_sites) {
    api::MicroInsertOptions of_items;
    of_items.pageviews = {"visit"};
    of_items.spool_directory = folder.path();
    of_items.make_sites = make_sites;
    of_items.caller_key = caller_key;
    of_items.past_key = past_key;
    visits.emplace(of_items, enrich::Knowledge::load({}, registry).value(), salts, sites, clock);
  }
  WritableFile& file(const std::string& place = "a.example/2015-11") {
    auto& found = files[place];
    if (!found) found = std::make_unique<WritableFile>(folder.path() / "dbs" / place / "analytics.db");
    return *found;
  }
  /// `count` visits of five people, a minute apart, from 2015-11-20 12:00 on.
  void fill(int count, const std::string& place = "a.example/2015-11") {
    file(place).run("insert into visits select 1448020800 + 60 * n, 'visit', '/' || (n % 3), '203.0.113.' || (n % 5), 'Linux', 't.co', 'de' from "
                    "(with recursive c(n) as (select 0 union all select n + 1 from c where n + 1 < " + std::to_string(count) + ") select n from c)");
  }
  Result<FileReport> import(const Options& how, const std::string& website = "a.example") {
    for (const auto& found : find(folder.path() / "dbs").value())
      if (found.website == website) return import_file(found, connection, writer, *visits, how);
    throw std::logic_error("no such file");
  }
  FileReport import(const std::string& website = "a.example") { return import(options, website).value(); }
  std::string one(const std::string& sql) { return std::string(connection.execute(sql).text(0, 0)); }

  test::TestDatabase database = test::TestDatabase::migrated();
  storage::Connection connection = database.connect();
  test::TemporaryFolder folder;
  metrics::Registry registry;
  FixedClock clock;
  enrich::Salts salts;
  enrich::Sites sites{TimeZone()};
  const HashKey caller_key = HashKey::random(), past_key = HashKey::random();
  writer::BulkWriter writer{{.database = {.conninfo = database.conninfo()}}, 1, registry, clock};
  std::optional<api::MicroStoredVisits> visits;
  std::map<std::string, std::unique_ptr<WritableFile>> files;
  Options options{.rows_at_a_time = 7};
};

TEST_F(MicroImport, TakesEveryVisitOnceAndWhatComesLaterInAnotherRun) {
  fill(50);
  auto report = import();
  EXPECT_EQ(report.site, "a.example");
  EXPECT_EQ(report.in_file, 50u);
  EXPECT_EQ(report.done_before, 0u);
  EXPECT_EQ(report.taken, 50u);
  EXPECT_EQ(report.stored_before, 0u);
  EXPECT_EQ(report.stored_after, 50u);
  EXPECT_THAT(report.refused, testing::IsEmpty());

  report = import();
  EXPECT_EQ(report.done_before, 50u);
  EXPECT_EQ(report.taken, 0u);
  EXPECT_EQ(report.stored_after, 50u);

  file().add("1448100000, 'signup', '/', '203.0.113.1', '', '', ''");
  report = import();
  EXPECT_EQ(report.taken, 1u);
  EXPECT_EQ(one("select count(*) || ' ' || count(distinct who) from pico.micro_visits"), "51 5");
  EXPECT_EQ(one("select count(*) from pico.events where kind = 10"), "50");
  EXPECT_EQ(one("select sum(pageviews) from pico.visits"), "50");
}

TEST_F(MicroImport, KeepsWhatTheFileSays) {
  file().add("1448020800, 'signup', '/a', '203.0.113.9', 'Apple Mac', 'blog.example:8080', 'fr'");
  import();
  EXPECT_EQ(one("select concat_ws('|', domain, at, name, path, platform, referer_domain, country, who) from pico.micro_visits join pico.sites "
                "using (site_id) join pico.pages using (site_id, page_id) join pico.micro_labels using (label_id) join pico.event_names using (name_id)"),
            "a.example|2015-11-20 12:00:00+00|signup|/a|Apple Mac|blog.example:8080|fr|" +
                std::to_string(enrich::caller_id(caller_key, "a.example", "203.0.113.9")));
  EXPECT_EQ(one("select count(*) from pico.visits where bot = 0"), "1");
}

TEST_F(MicroImport, GoesOnBehindWhatWasCommittedWhenItIsInterrupted) {
  fill(50);
  auto interrupted = options;
  interrupted.progress = [&](std::uint64_t looked_at, std::uint64_t in_all) {
    EXPECT_EQ(in_all, 50u);
    if (looked_at == 28) throw std::runtime_error("interrupted");
  };
  EXPECT_THROW((void)import(interrupted), std::runtime_error);
  EXPECT_EQ(one("select count(*) from pico.micro_visits"), "28");
  const auto report = import();
  EXPECT_EQ(report.done_before, 28u);
  EXPECT_EQ(report.taken, 22u);
  EXPECT_EQ(one("select count(*) || ' ' || count(distinct at) from pico.micro_visits"), "50 50");
}

TEST_F(MicroImport, TellsOfVisitsThatItCannotTakeByNumberAndReason) {
  fill(20);
  for (const auto* time : {"null", "'noon'", "-62135596800", "946684799", "1795435200"}) file().add(std::string(time) + ", 'visit', '/', '', '', '', ''");
  fill(3);
  const auto report = import();
  EXPECT_EQ(report.in_file, 28u);
  EXPECT_EQ(report.taken, 23u);
  std::string refused;
  for (const auto& [reason, what] : report.refused) {
    refused += reason + ":";
    for (const auto number : what.first) refused += " " + std::to_string(number);
    refused += "\n";
  }
  EXPECT_EQ(refused,
            "time is before the year 2000: 23 24\n"
            "time is no whole number: 21 22\n"
            "time must not be before the year 2000 nor more than a day ahead: 25\n");
  EXPECT_EQ(import().done_before, 28u) << "they are not looked at again";
}

TEST_F(MicroImport, TellsTheFilesOfTwoServersApart) {
  fill(5);
  import();
  files.clear();
  std::filesystem::remove_all(folder.path() / "dbs");
  file().add("1448020801, 'visit', '/', '203.0.113.1', '', '', ''");
  EXPECT_EQ(import().taken, 1u);
  EXPECT_EQ(one("select count(*) from pico.micro_visits"), "6");
}

TEST_F(MicroImport, TakesNoticeOfTextsThatPostgresWouldRefuse) {
  file().run("insert into visits values (1448020800, cast(x'61ff0062' as text), cast(x'2f00' as text), 'not an address', 'a' || char(0) || 'b', '', 'd')");
  const auto report = import();
  EXPECT_EQ(report.taken, 1u);
  EXPECT_EQ(one("select count(*) from pico.micro_visits"), "1");
}

TEST_F(MicroImport, CountsOnlyWhenAskedTo) {
  fill(9);
  options.dry_run = true;
  const auto report = import();
  EXPECT_EQ(report.in_file, 9u);
  EXPECT_EQ(report.taken, 0u);
  EXPECT_EQ(one("select count(*) from pico.sites"), "0");
}

TEST_F(MicroImport, LeavesOutFoldersWhoseNameIsNoWebsites) {
  fill(1, "_nothing/2015-11");
  EXPECT_EQ(import("_nothing").site, "");
}

TEST_F(MicroImport, WaitsForItsSiteWhereOnlyListedOnesAreTaken) {
  fill(9);
  use(false);
  EXPECT_EQ(import(options, "a.example").error().code, Errc::not_found);
  storage::create_site(connection, "a.example", TimeZone());
  sites.replace_stored({{"a.example", TimeZone(), true}});
  EXPECT_EQ(import().taken, 9u) << "nothing was passed over";
}

TEST_F(MicroImport, FailsWhenItsSiteIsRemovedMeanwhileWhereOnlyListedOnesAreTaken) {
  fill(20);
  use(false);
  const auto list_site = [&] {
    storage::create_site(connection, "a.example", TimeZone());
    sites.replace_stored({{"a.example", TimeZone(), true}});
  };
  list_site();
  writer::BulkWriter of_listed({.database = {.conninfo = database.conninfo()}, .make_sites = false}, 1, registry, clock);
  auto how = options;
  how.progress = [&](std::uint64_t looked_at, std::uint64_t) {
    if (looked_at != 14) return;
    EXPECT_TRUE(storage::remove_site(connection, "a.example"));
  };
  const auto file_of_it = find(folder.path() / "dbs").value().front();
  const auto failed = import_file(file_of_it, connection, of_listed, *visits, how);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::not_found);
  EXPECT_THAT(failed.error().message, testing::HasSubstr("a.example was removed meanwhile, so 6 visits were not stored"));
  list_site();
  how = options;
  how.again = true;
  EXPECT_EQ(import_file(file_of_it, connection, of_listed, *visits, how).value().stored_after, 20u) << "as the sentence says";
}

TEST_F(MicroImport, BeginsAgainWhenWhatItTookIsThereNoMore) {
  fill(9);
  import();
  auto again = options;
  again.again = true;
  const auto refused = import(again, "a.example");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("9 visits of a.example in that month are stored"));
  ASSERT_TRUE(storage::remove_site(connection, "a.example"));
  EXPECT_EQ(import().taken, 0u) << "it was done before";
  const auto report = import(again, "a.example").value();
  EXPECT_EQ(report.done_before, 0u);
  EXPECT_EQ(report.taken, 9u);
  EXPECT_EQ(report.stored_after, 9u);
}

TEST_F(MicroImport, EndsWhenPostgresIsAwayAndGoesOnLater) {
  fill(20);
  auto options_of_run = options;
  options_of_run.progress = [&](std::uint64_t looked_at, std::uint64_t) {
    if (looked_at == 14) database.refuse_connections(true);
  };
  const auto failed = import(options_of_run, "a.example");
  database.refuse_connections(false);
  connection = database.connect();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::unavailable);
  EXPECT_EQ(import().taken, 6u);
  EXPECT_EQ(one("select count(*) from pico.micro_visits"), "20");
}

}  // namespace
}  // namespace pico::micro_import
