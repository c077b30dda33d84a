#include "pico/storage/rows.hpp"

#include <gmock/gmock.h>

#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct RowsTest : testing::Test {
  test::TestDatabase database = test::TestDatabase::empty();
  Connection connection = database.connect();
};

TEST_F(RowsTest, ReadBackWhatParametersCarried) {
  const Instant at = Day{2026y / 11 / 22} + 10h + 20min + 30s + 456ms;
  const std::vector<std::uint8_t> bytes{0, 10, 255, 39, 92};
  const auto rows = connection.execute(
      "select $1::text, $2::bigint, $3::double precision, $4::boolean, $5::timestamptz, $6::date, $7::bytea, $8::int",
      "it's \"quoted\" \\ and $1", std::int64_t{-9223372036854775807}, 0.1, true, at, Day{2026y / 2 / 1}, bytes,
      std::optional<int>{});
  EXPECT_EQ(rows.get<std::string>(0, 0), "it's \"quoted\" \\ and $1");
  EXPECT_EQ(rows.get<std::int64_t>(0, 1), -9223372036854775807);
  EXPECT_EQ(rows.get<double>(0, 2), 0.1);
  EXPECT_TRUE(rows.get<bool>(0, 3));
  EXPECT_EQ(rows.get<Instant>(0, 4), at);
  EXPECT_EQ(rows.get<Day>(0, 5), Day{2026y / 2 / 1});
  EXPECT_EQ(rows.get<std::vector<std::uint8_t>>(0, 6), bytes);
  EXPECT_EQ(rows.get<std::optional<int>>(0, 7), std::nullopt);
}

TEST_F(RowsTest, ReadArraysElementByElement) {
  const std::vector<std::string> texts{"a,b", "c\"d\\", "", "NULL", "{}"};
  const auto rows = connection.execute("select t from unnest($1::text[]) t", texts);
  std::vector<std::string> read;
  for (std::size_t i = 0; i < rows.size(); ++i) read.push_back(rows.get<std::string>(i, 0));
  EXPECT_EQ(read, texts);
  const std::vector<std::int64_t> numbers{1, -2, 3};
  EXPECT_EQ(connection.execute("select sum(n) from unnest($1::bigint[]) n", numbers).get<int>(0, 0), 2);
  const std::vector<Day> days{2026y / 1 / 31, 2026y / 2 / 1};
  EXPECT_EQ(connection.execute("select max(d) - min(d) from unnest($1::date[]) d", days).get<int>(0, 0), 1);
}

TEST_F(RowsTest, ReadInstantsOfEveryPrecision) {
  const auto rows = connection.execute(
      "select '2026-11-22 10:20:30+00'::timestamptz union all select '2026-11-22 10:20:30.5+00' union all "
      "select '2026-11-22 10:20:30.123456+00' union all select '1969-12-31 23:59:59.999+00'");
  const Instant second = Day{2026y / 11 / 22} + 10h + 20min + 30s;
  EXPECT_EQ(rows.get<Instant>(0, 0), second);
  EXPECT_EQ(rows.get<Instant>(1, 0), second + 500ms);
  EXPECT_EQ(rows.get<Instant>(2, 0), second + 123ms);
  EXPECT_EQ(rows.get<Instant>(3, 0), Instant(-1ms));
}

TEST_F(RowsTest, RefuseAValueThatIsNotWhatTheReaderExpects) {
  const auto rows = connection.execute("select null::int, 'abc', 3000000000, 1.5");
  EXPECT_THROW((void)rows.get<int>(0, 0), std::logic_error);
  EXPECT_THROW((void)rows.get<int>(0, 1), std::logic_error);
  EXPECT_THROW((void)rows.get<int>(0, 2), std::logic_error);
  EXPECT_THROW((void)rows.get<std::int64_t>(0, 3), std::logic_error);
  EXPECT_THROW((void)rows.get<Day>(0, 1), std::logic_error);
  EXPECT_THROW((void)rows.get<bool>(0, 1), std::logic_error);
}

TEST_F(RowsTest, CountWhatAStatementTouched) {
  connection.execute("create table public.t (a int)");
  EXPECT_EQ(connection.execute("insert into public.t values (1), (2)").affected(), 2u);
  const auto rows = connection.execute("select a as first, 2 as second from public.t");
  EXPECT_EQ(rows.columns(), 2u);
  EXPECT_EQ(rows.column_name(1), "second");
}

}  // namespace
}  // namespace pico::storage
