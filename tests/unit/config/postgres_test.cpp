#include "postgres.hpp"

#include <gtest/gtest.h>

#include "pico/config/config.hpp"

namespace pico::config {
namespace {

TEST(PostgresUrl, IsAbsentForTheEmbeddedPostgres) {
  EXPECT_EQ(Config{}.postgres_url(), std::nullopt);
}

TEST(PostgresUrl, IsTheGivenUrl) {
  Config config;
  config.postgres.conn_string = "postgres://u:p%40@h/d";
  config.postgres.host = "other";
  EXPECT_EQ(config.postgres_url(), "postgres://u:p%40@h/d");
}

TEST(PostgresUrl, QuotesEveryValueForLibpq) {
  Config config;
  auto& postgres = config.postgres;
  postgres.host = "h";
  postgres.port = 5433;
  postgres.database = "my db";
  postgres.user = "o'brien";
  postgres.password = R"(a\b' @:/?#%)";
  postgres.ssl_mode = "require";
  EXPECT_EQ(config.postgres_url(),
            R"(host='h' port=5433 dbname='my db' user='o\'brien' password='a\\b\' @:/?#%' sslmode=require)");
}

TEST(SplitHost, TakesThePortOff) {
  struct Case {
    std::string_view text, host;
    std::optional<std::uint16_t> port;
  };
  const Case cases[] = {
      {"", "", std::nullopt},
      {"localhost", "localhost", std::nullopt},
      {"localhost:5432", "localhost", 5432},
      {"10.0.0.1:1", "10.0.0.1", 1},
      {"::1", "::1", std::nullopt},
      {"[::1]", "::1", std::nullopt},
      {"[::1]:5433", "::1", 5433},
      {"/run/postgresql", "/run/postgresql", std::nullopt},
      {"/run/odd:name", "/run/odd:name", std::nullopt},
      {"h:", "h", 0},
      {"h:x", "h", 0},
      {"h:65536", "h", 0},
      {"h:-1", "h", 0},
  };
  for (const auto& [text, host, port] : cases) {
    EXPECT_EQ(split_host(text).host, host) << text;
    EXPECT_EQ(split_host(text).port, port) << text;
  }
}

}  // namespace
}  // namespace pico::config
