#include <gtest/gtest.h>
#include <cctype>
#include <set>

#include "pico/core/text.hpp"
#include "setting.hpp"

namespace pico::config {
namespace {

/// `geoIpFile` → `GEO_IP_FILE`.
std::string variable_of(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0) out += '_';
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

TEST(Schema, KeysAndVariablesAreUnique) {
  std::set<std::string> keys, variables;
  for_each_setting([&](const Setting& setting) {
    EXPECT_TRUE(keys.insert(to_lower_ascii(setting.key)).second) << setting.key;
    EXPECT_TRUE(variables.emplace(setting.variable).second) << setting.variable;
    EXPECT_TRUE(setting.alias.empty() || variables.emplace(setting.alias).second) << setting.alias;
  });
}

TEST(Schema, AVariableIsTheKeyInCapitalsSaveForThoseOfThePostgresOriginal) {
  const std::set<std::string_view> originals{"PGCONNSTRING", "PGHOST",     "PGPORT",    "PGDATABASE",
                                             "PGUSER",       "PGPASSWORD", "PGSSLMODE", "PGCONNATTEMPTS"};
  for_each_setting([&](const Setting& setting) {
    const bool original = originals.contains(setting.variable);
    EXPECT_TRUE(original || setting.variable == variable_of(setting.key)) << setting.variable;
  });
}

TEST(Schema, HasEverySettingOfTheOriginal) {
  std::set<std::string_view> variables;
  for_each_setting([&](const Setting& setting) { variables.insert(setting.variable); });
  for (const auto* variable : {"PGCONNSTRING",
                               "PGHOST",
                               "PGDATABASE",
                               "PGUSER",
                               "PGPASSWORD",
                               "PGPORT",
                               "PGSSLMODE",
                               "PGCONNATTEMPTS",
                               "SKIP_MIGRATIONS",
                               "LISTEN_ADDR",
                               "LOG_FORMAT",
                               "ROOT_REDIRECT",
                               "STATIC_DIR",
                               "STATIC_CACHE_MAX_AGE",
                               "REQUEST_RATE_LIMIT",
                               "AUTOTLS_ENABLED",
                               "AUTOTLS_HOST",
                               "AUTOTLS_STAGING",
                               "BODY_MAX_SIZE",
                               "VALID_EVENT_NAMES",
                               "IP_EXTRACTOR",
                               "TRUSTED_PROXIES",
                               "GEO_IP_FILE",
                               "PRUNE_DAYS",
                               "PRUNE_CHECK_HOURS",
                               "SESSION_TIMEOUT_MIN",
                               "ADMIN_LISTEN",
                               "DISABLE_HOST_METRICS",
                               "DEBUG",
                               "QUEUE_SIZE",
                               "BATCH_MAX_SIZE",
                               "BATCH_MAX_MSEC",
                               "CONFIG_NAME",
                               "CONFIG_PATH"}) {
    EXPECT_TRUE(variables.contains(variable)) << variable;
  }
}

TEST(Schema, EveryDefaultIsAcceptedAndWrittenBackAsItIsRead) {
  Config config;
  for_each_setting([&](const Setting& setting) {
    EXPECT_EQ(setting.type.assign(config, setting.fallback), std::nullopt) << setting.key;
    const auto text = setting.type.text(config);
    Config again;
    EXPECT_EQ(setting.type.assign(again, text), std::nullopt) << setting.key;
    EXPECT_EQ(setting.type.text(again), text) << setting.key;
    EXPECT_TRUE(text == setting.fallback || setting.key == "bodyMaxSize") << text;  // 2048 is written as 2KB
  });
}

std::vector<std::string> texts_of(const Config& config) {
  std::vector<std::string> out;
  for_each_setting([&](const Setting& setting) { out.push_back(setting.type.text(config)); });
  return out;
}

TEST(Schema, AssigningASettingChangesThatSettingAndNoOther) {
  const auto untouched = texts_of(Config{});
  std::size_t row = 0;
  for_each_setting([&](const Setting& setting) {
    // One of these is acceptable for each setting, and differs from what an untouched Config holds.
    bool changed = false;
    for (const std::string_view value : {"1.2.3.4:77", "true", "false", "3", "1.2.3.0/24", "Asia/Tokyo", "https://x.example",
                                         "xff", "queued", "listed", "daily", "text", "debug", "require", "77MB", "900KB", "some text"}) {
      Config config;
      if (setting.type.assign(config, value)) continue;
      auto touched = texts_of(config);
      changed = changed || touched[row] != untouched[row];
      touched[row] = untouched[row];
      EXPECT_EQ(touched, untouched) << setting.key;
    }
    EXPECT_TRUE(changed) << setting.key;
    ++row;
  });
}

TEST(Schema, WhatCanHoldAPasswordIsSecret) {
  for_each_setting([](const Setting& setting) {
    const bool secret = setting.key == "pgPassword" || setting.key == "pgConnString" ||
                        setting.key == "countsPassword" || setting.key == "microAnalyticsPassword";
    EXPECT_EQ(setting.secret == Secret::yes, secret) << setting.key;
  });
}

TEST(Schema, EverySettingIsExplainedInWholeSentences) {
  for_each_setting([](const Setting& setting) {
    EXPECT_TRUE(setting.prose.ends_with('.')) << setting.key;
    EXPECT_FALSE(setting.type.accepts.empty()) << setting.key;
  });
}

}  // namespace
}  // namespace pico::config
