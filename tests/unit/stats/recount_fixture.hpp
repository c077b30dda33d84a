#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "pico/stats/roller.hpp"
#include "pico/stats/service.hpp"
#include "support/recount/describe.hpp"
#include "support/recount/questions.hpp"
#include "support/recount/recount.hpp"
#include "support/recount/shrink.hpp"
#include "support/test_postgres.hpp"
#include "support/traffic.hpp"

namespace pico::stats {

/// A number from the environment, for longer runs (CONTRIBUTING.md).
inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const auto* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}
inline std::uint64_t seed() {
  return from_environment("PICO_RECOUNT_SEED", 1);
}

struct SetClock final : Clock {
  [[nodiscard]] Instant now() const override { return at; }
  Instant at = test::traffic_end;
};

/// A database with traffic, its recount, and a service that has to agree with it.
struct RecountTest : testing::Test {
  /// Written once a program; every test has a copy.
  static const test::TestDatabase& master() {
    static const test::TestDatabase database = [] {
      auto made = test::TestDatabase::migrated();
      auto connection = made.connect();
      test::create_traffic_sites(connection);
      test::Intake(made.conninfo()).write(test::Traffic(seed(), scale()).in_time());
      connection.execute("vacuum analyze");
      return made;
    }();
    return database;
  }
  static int scale() { return static_cast<int>(from_environment("PICO_RECOUNT_SCALE", 1)); }

  void recount_again() { recount = std::make_unique<test::Recount>(connection, clock.at); }
  void restart_service() { service = std::make_unique<Service>(Options{}, registry, clock); }
  std::size_t roll() { return Roller({.database = {.conninfo = database.conninfo()}}, registry, clock).run_once(connection); }
  test::Questions questions(std::uint64_t stream) { return {seed() * 1000 + stream, recount->sites()}; }
  /// How many random questions a test asks.
  static int times(int factor) { return factor * static_cast<int>(from_environment("PICO_RECOUNT_QUESTIONS", 10)); }

  std::optional<std::string> difference(Service& of, const Query& query) {
    return test::difference(query, of.answer(connection, query), recount->answer(query));
  }
  void check(Service& of, const Query& query) {
    if (gave_up()) return;
    const auto what = difference(of, query);
    if (!what) return;
    const auto smallest = test::shrunk(query, [&](const Query& smaller) { return difference(of, smaller).has_value(); });
    ADD_FAILURE() << "seed " << seed() << ": " << test::describe(query) << "\n  " << *what << "\n  smallest: " << test::describe(smallest)
                  << "\n  " << difference(of, smallest).value_or("not any more");
    ++failures;
  }
  void check(const Query& query) { check(*service, query); }
  void check_random(std::uint64_t stream, int count) {
    auto asked = questions(stream);
    while (count-- > 0) check(asked.next());
  }
  /// A fault is seldom alone, and the first few tell enough.
  [[nodiscard]] bool gave_up() const { return failures >= from_environment("PICO_RECOUNT_FAILURES", 5); }

  const test::TestDatabase database = test::TestDatabase::copy_of(master());
  storage::Connection connection = database.connect();
  metrics::Registry registry;
  SetClock clock;
  std::unique_ptr<test::Recount> recount = std::make_unique<test::Recount>(connection, clock.at);
  std::unique_ptr<Service> service = std::make_unique<Service>(Options{}, registry, clock);
  std::uint64_t failures = 0;
};

}  // namespace pico::stats
