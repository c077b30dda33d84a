#pragma once
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "pico/event/codec.hpp"
#include "pico/writer/writer.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_postgres.hpp"

namespace pico::writer {

using namespace std::chrono_literals;

inline constexpr Day today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
inline constexpr Instant noon{today + 12h};

struct FixedClock final : Clock {
  [[nodiscard]] Instant now() const override { return noon + 6h; }
};

inline event::Enriched event_of(std::uint64_t visitor, Instant at, event::Kind kind = event::Kind::load) {
  event::Enriched out;
  out.kind = kind;
  out.at = at;
  out.day = today;
  out.visitor_id = visitor * 1024;
  out.domain = out.hostname = "a.example";
  out.site_time_zone = "UTC";
  out.path = "/";
  return out;
}

struct WriterTest : testing::Test {
  WriterTest() {
    options.database.conninfo = database.conninfo();
    options.batch_max_delay = 10ms;
    options.first_retry = options.last_retry = 10ms;
    open();
  }
  void open(std::shared_ptr<journal::Files> files = {}, std::uint64_t segment_bytes = 1 << 20) {
    journal.reset();
    const journal::Options place{.directory = folder.path() / "journal", .segment_bytes = segment_bytes};
    auto opened = files ? journal::Journal::open(place, registry, std::move(files)) : journal::Journal::open(place, registry);
    if (!opened) throw std::runtime_error(opened.error().message);
    journal = std::move(*opened);
  }
  static void submit_to(journal::Journal& to, journal::GroupBuilder& group) {
    std::promise<journal::Outcome> fate;
    to.submit(group.take([&](journal::Outcome outcome) { fate.set_value(outcome); }));
    ASSERT_EQ(fate.get_future().get(), journal::Outcome::durable);
  }
  static void add(journal::GroupBuilder& group, const event::Enriched& event) {
    std::vector<std::byte> payload;
    event::encode(event, payload);
    group.add(event::shard_of(event), payload);
  }
  void submit(const std::vector<std::byte>& payload) {
    journal::GroupBuilder group;
    group.add(0, payload);
    submit_to(*journal, group);
  }
  void submit(const event::Enriched& event) {
    journal::GroupBuilder group;
    add(group, event);
    submit_to(*journal, group);
  }
  [[nodiscard]] std::unique_ptr<Writer> start() {
    return std::make_unique<Writer>(options, *journal, registry, clock, on_committed);
  }
  double metric(const std::string& name) { return registry.counter(name, "").Value(); }
  bool caught_up(Writer& writer) { return writer.wait_until_committed(journal->epoch(), journal->durable(), 30s); }
  std::string one(const std::string& sql) { return std::string(other.execute(sql).text(0, 0)); }

  test::TestDatabase database = test::TestDatabase::migrated();
  storage::Connection other = database.connect();
  test::TemporaryFolder folder;
  metrics::Registry registry;
  FixedClock clock;
  Options options;
  OnCommitted on_committed;
  std::unique_ptr<journal::Journal> journal;
};

}  // namespace pico::writer
