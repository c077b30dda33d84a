#include <gmock/gmock.h>

#include "pico/storage/ingest.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using std::chrono::sys_days;
using testing::ElementsAre;
using testing::Optional;
using namespace std::chrono_literals;

constexpr Day today = sys_days{std::chrono::year{2026} / 11 / 22};
constexpr Instant noon{today + 12h};
constexpr Epoch epoch{1, 2, 3};

Visit visit(std::uint16_t ordinal, std::int32_t pageviews = 1) {
  Visit out{.started_at = noon + 123ms, .last_at = noon + 5min, .origin = {1, -2, 3, 4, 5, 2}, .exit_page = -6};
  out.pageviews = pageviews;
  out.events = pageviews + 1;
  out.entry_ms = 7;
  out.exit_ms = 8;
  out.ordinal = ordinal;
  out.flags = 1;
  return out;
}
VisitorDay visitor(std::int64_t n) {
  return {.site = 1, .day = today, .visitor = n * 1024};
}

struct IngestSql : testing::Test {
  IngestSql() { ingest.ensure_partitions(std::array{today}); }
  std::string one(const std::string& sql) { return std::string(other.execute(sql).text(0, 0)); }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection other = database.connect();
  Ingest ingest{database.connect()};
};

TEST_F(IngestSql, UsesOneWordKeyForAllInstances) {
  const Ingest second(database.connect());
  EXPECT_EQ(ingest.word_key().bytes, second.word_key().bytes);
  EXPECT_NE(ingest.word_key().bytes, HashKey().bytes);
}

TEST_F(IngestSql, LooksForVisitsInTheMonthsOfTheirDaysOnlyHoweverManyThereAre) {
  std::vector<Day> months;
  for (int i = 0; i < 60; ++i) months.push_back(sys_days{(std::chrono::year{2026} / 11 / 1) - std::chrono::months(i)});
  for (std::size_t i = 0; i < months.size(); i += 6) ingest.ensure_partitions(std::span(months).subspan(i, 6));
  const auto ago = [](const VisitorDay& key, int years) { return VisitorDay{.site = key.site, .day = key.day - std::chrono::days(366 * years), .visitor = key.visitor}; };
  const std::array keys{ago(visitor(1), 4), visitor(1), ago(visitor(2), 4), visitor(2), visitor(3)};
  {
    Ingest::Batch batch(ingest);
    std::vector<HeadRow> heads;
    for (const auto& key : std::span(keys).first(4)) {
      auto head = visit(0);
      head.started_at = Instant{key.day + 12h}, head.last_at = Instant{key.day + 13h};
      heads.push_back({.key = key, .visit = head});
    }
    EXPECT_THAT(batch.write_heads(heads), ElementsAre(1, 1, 1, 1));
    batch.commit();
  }
  // More often than Postgres makes a plan of its own each time for what is prepared.
  for (int turn = 0; turn < 8; ++turn) {
    Ingest::Batch batch(ingest);
    const auto found = batch.read_visits(keys);
    for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(found[i].visits.size(), i < 4 ? 1u : 0u) << i;
    EXPECT_EQ(found[0].visits.at(0).last_at, Instant{keys[0].day + 13h});
    EXPECT_LT(std::stoi(one("select count(*) from pg_locks where database = (select oid from pg_database where datname = current_database())")), 100);
  }
}

TEST_F(IngestSql, MovesCheckpointsOnlyFromWhereTheyAreExpected) {
  const std::array<std::uint8_t, 2> shards{3, 7};
  EXPECT_THAT(ingest.claim(epoch, shards), Optional(ElementsAre(0, 0)));
  {
    Ingest::Batch batch(ingest);
    EXPECT_TRUE(batch.advance(epoch, std::array<Advance, 2>{{{3, 0, 10}, {7, 0, 12}}}));
    batch.commit();
  }
  {
    Ingest::Batch batch(ingest);
    EXPECT_FALSE(batch.advance(epoch, std::array<Advance, 2>{{{3, 9, 20}, {7, 12, 20}}}));
  }
  EXPECT_THAT(ingest.claim(epoch, shards), Optional(ElementsAre(10, 12)));
}

struct IngestOwners : IngestSql {
  const std::array<std::uint8_t, 2> shards{3, 7};
  Ingest second{database.connect(), default_hash_parts, Owner{2}};
  /// As if so many seconds had passed.
  void age(int seconds) {
    other.execute("update pico.ingest_checkpoint set updated_at = updated_at - make_interval(secs => $1)", seconds);
  }
  bool move(Ingest& by, std::uint64_t from, std::uint64_t to) {
    Ingest::Batch batch(by);
    if (!batch.advance(epoch, std::array<Advance, 2>{{{3, from, to}, {7, from, to}}})) return false;
    batch.commit();
    return true;
  }
};

TEST_F(IngestOwners, AnEpochIsOneOwnersUntilItHasNotBeenHeardOfForAMinute) {
  EXPECT_TRUE(ingest.claim(epoch, shards));
  age(58);
  EXPECT_FALSE(second.claim(epoch, shards));
  age(3);
  EXPECT_TRUE(second.claim(epoch, shards));
  EXPECT_FALSE(ingest.claim(epoch, shards));
}

TEST_F(IngestOwners, MovingACheckpointOrClaimingItAgainIsASignOfLife) {
  EXPECT_TRUE(ingest.claim(epoch, shards));
  age(58);
  EXPECT_TRUE(ingest.claim(epoch, shards));
  age(58);
  EXPECT_FALSE(second.claim(epoch, shards));
  EXPECT_TRUE(move(ingest, 0, 5));
  age(58);
  EXPECT_FALSE(second.claim(epoch, shards));
}

TEST_F(IngestOwners, WhoeverIsNotTheOwnerMovesNothing) {
  EXPECT_FALSE(move(ingest, 0, 5)) << "not claimed";
  EXPECT_TRUE(ingest.claim(epoch, shards));
  EXPECT_FALSE(move(second, 0, 5));
  age(61);
  EXPECT_TRUE(second.claim(epoch, shards));
  EXPECT_FALSE(move(ingest, 0, 5)) << "taken over meanwhile";
  EXPECT_TRUE(move(second, 0, 5));
}

TEST_F(IngestOwners, OneShardThatIsAnothersIsReasonEnoughToKeepOff) {
  EXPECT_TRUE(ingest.claim(epoch, std::array<std::uint8_t, 1>{7}));
  EXPECT_FALSE(second.claim(epoch, shards));
}

TEST_F(IngestOwners, WhatIsReleasedCanBeClaimedAtOnceAndOnlyItsOwnerReleasesIt) {
  EXPECT_TRUE(ingest.claim(epoch, shards));
  second.release(epoch, shards);
  EXPECT_FALSE(second.claim(epoch, shards));
  ingest.release(epoch, shards);
  EXPECT_TRUE(second.claim(epoch, shards));
}

TEST_F(IngestSql, MakesASiteOnceWithItsTimeZone) {
  for (int i = 0; i < 2; ++i) {
    Ingest::Batch batch(ingest);
    const auto made = batch.make_sites(std::array<SiteName, 2>{{{"b.example", "Europe/Berlin"}, {"a\"\\.example", "UTC"}}});
    EXPECT_THAT(made, testing::Each(testing::Gt(0)));
    const auto found = batch.find_sites(std::array<std::string_view, 3>{"a\"\\.example", "absent.example", "b.example"}).sites;
    EXPECT_EQ(found.at(0).id, made.at(1));
    EXPECT_EQ(found.at(1).id, 0);
    EXPECT_EQ(found.at(2).id, made.at(0));
    batch.commit();
  }
  EXPECT_EQ(
      one("select string_agg(domain || ' ' || tz, ', ' order by domain) from pico.sites join pico.site_zones using (site_id)"),
      "a\"\\.example UTC, b.example Europe/Berlin");
}

TEST_F(IngestSql, ReadsVisitsBackAsTheyWereWritten) {
  Ingest::Batch batch(ingest);
  EXPECT_THAT(batch.write_heads(std::array<HeadRow, 2>{{{visitor(-9), visit(0), 0}, {visitor(-12), visit(0, 2), 0}}}),
              ElementsAre(1, 1));
  batch.write_visits({{visitor(-9), visit(5)}});
  const auto stored = batch.read_visits(std::array{visitor(-9), visitor(3), visitor(-12)});
  EXPECT_EQ(stored[0].rev, 1);
  EXPECT_THAT(stored[0].visits, testing::UnorderedElementsAre(visit(0), visit(5)));
  EXPECT_EQ(stored[1].rev, 0);
  EXPECT_THAT(stored[2].visits, ElementsAre(visit(0, 2)));
}

TEST_F(IngestSql, WritesAHeadOnlyOverTheRevisionThatWasExpected) {
  Ingest::Batch batch(ingest);
  const auto write = [&](std::int16_t expected) {
    return batch.write_heads(std::array<HeadRow, 1>{{{visitor(1), visit(0, 9), expected}}})[0];
  };
  EXPECT_EQ(write(0), 1);
  EXPECT_EQ(write(0), 0) << "an existing head is not overwritten by one that was thought new";
  EXPECT_EQ(write(2), 0);
  EXPECT_EQ(write(1), 2);
  batch.commit();
  other.execute("update pico.visits set rev = 32767");
  Ingest::Batch next(ingest);
  EXPECT_EQ(next.write_heads(std::array<HeadRow, 1>{{{visitor(1), visit(0), 32767}}})[0], 1);
}

TEST_F(IngestSql, RefusesAHeadThatHasVanished) {
  Ingest::Batch batch(ingest);
  EXPECT_THAT(batch.write_heads(std::array<HeadRow, 1>{{{visitor(1), visit(0), 5}}}), ElementsAre(0));
  EXPECT_EQ(batch.read_visits(std::array{visitor(1)})[0].rev, 0);
}

TEST_F(IngestSql, MergesAVisitWithItsEventsOnly) {
  Ingest::Batch batch(ingest);
  const auto id = visitor(1).visitor;
  batch.copy_events(std::array<EventRow, 3>{
      {{id + 1, noon, 1, 1, today, 1, 0, 0}, {id + 1, noon + 1s, 1, 1, today, 1, 0, 0}, {id + 2, noon, 1, 1, today, 1, 0, 0}}});
  batch.copy_details(std::array<DetailRow, 1>{{{id + 1, noon, 1, 2, 1, today, true, "{\"a\": 1}"}}});
  batch.copy_engagement(std::array<EngagementRow, 1>{{{id + 1, noon, 1, 1, today, 100, -1}}});
  batch.copy_micro(std::array<MicroRow, 1>{{{id + 1, noon, 7, 1, 2, 3, 1, today, 0}}});
  batch.write_visits({{visitor(1), visit(1)}, {visitor(1), visit(2)}});
  batch.merge_visits(std::array<MergeRow, 1>{{{visitor(1), 1, 0, noon, noon + 1s}}});
  batch.commit();
  EXPECT_EQ(one("select string_agg(visit_id::text, ' ' order by visit_id) from pico.events"), "1024 1024 1026");
  EXPECT_EQ(one("select visit_id from pico.event_details"), "1024");
  EXPECT_EQ(one("select visit_id from pico.engagement"), "1024");
  EXPECT_EQ(one("select visit_id from pico.micro_visits"), "1024");
  EXPECT_EQ(one("select string_agg(visit_id::text, ' ') from pico.visits"), "1026");
}

TEST_F(IngestSql, CopiesEveryColumn) {
  Ingest::Batch batch(ingest);
  batch.copy_events(std::array<EventRow, 1>{{{-1024, noon + 5ms, -3, 2, today, 6, 32767, 9}}});
  batch.copy_details(std::array<DetailRow, 2>{
      {{-1024, noon, 3, -4, 2, today, false, R"({"a": ["ü", 1]})", true}, {1, noon, 3, 4, 2, today, true, ""}}});
  batch.copy_engagement(std::array<EngagementRow, 1>{{{-1024, noon, 3, 2, today, 123456, 77}}});
  batch.copy_micro(std::array<MicroRow, 1>{{{-1024, noon, -9, 3, 4, -5, 2, today, 6}}});
  batch.commit();
  EXPECT_EQ(one("select e::text from pico.events e"), "(-1024,\"2026-11-22 12:00:00.005+00\",-3,2,2026-11-22,6,32767,9)");
  EXPECT_EQ(one("select d::text from pico.event_details d where visit_id < 0"),
            "(-1024,\"2026-11-22 12:00:00+00\",3,-4,2,2026-11-22,f,\"{\"\"a\"\": [\"\"ü\"\", 1]}\",t)");
  EXPECT_EQ(one("select properties is null from pico.event_details where visit_id = 1"), "t");
  EXPECT_EQ(one("select g::text from pico.engagement g"), "(-1024,\"2026-11-22 12:00:00+00\",3,2,2026-11-22,123456,77)");
  EXPECT_EQ(one("select m::text from pico.micro_visits m"), "(-1024,\"2026-11-22 12:00:00+00\",-9,3,4,-5,2,2026-11-22,6)");
}

TEST_F(IngestSql, KeepsEveryWordOnceAndItsLatestMonth) {
  const auto month = [](unsigned m) { return Day(sys_days{std::chrono::year{2026} / m / 1}); };
  const auto words = [&](unsigned m) {
    Words out;
    out.pages = {{1, -7, month(m), "h", "/ü"}, {1, -7, month(m - 1), "h", "/ü"}};
    out.acquisitions = {{1, 8, month(m), {"r", "c", "s", "m", "ca", "co", "t", "u", "k"}}};
    out.devices = {{9, {"b", "bv", "o", "ov", "p", "d"}}, {9, {"b", "bv", "o", "ov", "p", "d"}}};
    out.locations = {{10, {"DE", "Berlin", "Berlin", 52.5F, 13.25F}}};
    out.screens = {{11, {1, 2, 3, 1.5F, "tz", "de"}}};
    out.names = {{12, "signup"}};
    out.labels = {{13, "p", "d:1", "de"}, {13, "p", "d:1", "de"}};
    return out;
  };
  for (const unsigned m : {10u, 11u, 9u}) {
    Ingest::Batch batch(ingest);
    batch.write_words(words(m));
    batch.commit();
  }
  EXPECT_EQ(one("select p::text from pico.pages p"), "(1,-7,2026-11-01,h,/ü)");
  EXPECT_EQ(one("select a::text from pico.acquisitions a"), "(1,8,2026-11-01,r,c,s,m,ca,co,t,u,k)");
  EXPECT_EQ(one("select d::text from pico.devices d"), "(9,b,bv,o,ov,p,d,f)");
  EXPECT_EQ(one("select l::text from pico.locations l"), "(10,DE,Berlin,Berlin,52.5,13.25,f)");
  EXPECT_EQ(one("select s::text from pico.screens s"), "(11,1,2,1.5,3,tz,de,f)");
  EXPECT_EQ(one("select n::text from pico.event_names n"), "(12,signup,f)");
  EXPECT_EQ(one("select l::text from pico.micro_labels l"), "(13,p,d:1,de,f)");
}

TEST_F(IngestSql, KeepsAddressesOfTheSitesThatAskForIt) {
  other.execute("insert into pico.sites (site_id, domain, settings) values (1, 'a.example', '{\"storeIp\": true}'), (2, 'b.example', '{}'), "
                "(3, 'c.example', '{\"storeIp\": false}')");
  for (const int ago : {2, 1, 5}) {
    const auto then = today - std::chrono::days(ago), before = then - std::chrono::days(1);
    Ingest::Batch batch(ingest);
    batch.add_micro_addresses({{3, 7, "c", then}, {1, 8, "b", then}, {2, 7, "c", then}, {1, 7, "a", then}, {1, 7, "a", before}});
    batch.commit();
  }
  EXPECT_EQ(one("select string_agg(m::text, ' ' order by m) from pico.micro_addresses m"), "(1,7,a,2026-11-21) (1,8,b,2026-11-21)");
}

TEST_F(IngestSql, AddsOptOutsUp) {
  for (int i = 0; i < 2; ++i) {
    Ingest::Batch batch(ingest);
    batch.add_opt_outs({{2, today, 3}, {1, today, 1}});
    batch.commit();
  }
  EXPECT_EQ(one("select string_agg(site_id || ':' || hits, ' ' order by site_id) from pico.opt_outs"), "1:2 2:6");
}

TEST_F(IngestSql, KeepsDeadLettersByteByByte) {
  const std::array payload{std::byte{0}, std::byte{0xff}};
  Ingest::Batch batch(ingest);
  batch.add_dead_letters(epoch, std::array<DeadLetter, 1>{{{42, "22021", payload}}});
  batch.commit();
  EXPECT_EQ(one("select sequence || sqlstate || encode(payload, 'hex') from pico.dead_letters"), "422202100ff");
}

TEST_F(IngestSql, ReportsDataThatPostgresRefusesAsSuch) {
  const auto refused = [&](auto write) {
    try {
      Ingest::Batch batch(ingest);
      write(batch);
    } catch (const DatabaseError& error) {
      return error.is_data_error();
    }
    return false;
  };
  EXPECT_TRUE(refused([](auto& batch) {
    batch.copy_details(std::array<DetailRow, 1>{{{1, noon, 3, 4, 2, today, true, R"({"a": "\u0000"})"}}});
  }));
  EXPECT_TRUE(refused([](auto& batch) {
    Words words;
    words.names = {{1, std::string_view("\0", 1)}};
    batch.write_words(words);
  }));
  EXPECT_TRUE(refused([](auto& batch) {
    batch.copy_events(std::array<EventRow, 1>{{{1, noon, 3, 2, today + std::chrono::days(400), 1, 0, 0}}});
  }));
}

}  // namespace
}  // namespace pico::storage
