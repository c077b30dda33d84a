#include "pico/core/logging.hpp"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "json_formatter.hpp"

namespace pico {
namespace {

std::string json_line(std::string_view message) {
  const auto at = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::milliseconds(123);
  const spdlog::details::log_msg entry(at, {}, "logger", spdlog::level::warn, {message.data(), message.size()});
  spdlog::memory_buf_t out;
  JsonFormatter().format(entry, out);
  return {out.data(), out.size()};
}

TEST(JsonLog, ALineIsOneObjectWithTimeLevelAndMessage) {
  EXPECT_EQ(json_line("hello"), "{\"time\":\"2026-11-22T00:00:00.123Z\",\"level\":\"warning\",\"message\":\"hello\"}\n");
}

TEST(JsonLog, WhateverTheMessageTheLineIsValidJsonThatGivesItBack) {
  for (const std::string& message :
       {std::string("quote \" backslash \\ slash /"), std::string("line\nbreak\r\ttab"), std::string("nul \0 and \x1f", 9),
        std::string("\x7f grüße \xE2\x82\xAC \xF0\x9F\x98\x80")}) {
    const auto line = json_line(message);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(nlohmann::json::parse(line).at("message"), message);
  }
}

TEST(JsonLog, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(nlohmann::json::parse(json_line("a\xff\xc3(\xed\xa0\x80z")).at("message"),
            "a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
}

class Logging : public testing::Test {
 protected:
  Logging() : before_(spdlog::default_logger()) {}
  ~Logging() override { spdlog::set_default_logger(before_); }

 private:
  std::shared_ptr<spdlog::logger> before_;
};

TEST_F(Logging, GoesToStandardErrorFromTheGivenLevelOn) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  set_up_logging(LogFormat::json, "warn");
  spdlog::info("too low");
  spdlog::error("shown");
  const auto lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  const auto entry = nlohmann::json::parse(lines);
  EXPECT_EQ(entry.at("level"), "error");
  EXPECT_EQ(entry.at("message"), "shown");
}

TEST_F(Logging, TheTextFormatIsTimeLevelMessage) {
  testing::internal::CaptureStderr();
  set_up_logging(LogFormat::text, "debug");
  spdlog::debug("hello");
  const auto line = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(line.ends_with("Z debug hello\n")) << line;
  EXPECT_EQ(line.size(), std::string("2026-11-22T10:20:30.456Z debug hello\n").size()) << line;
}

}  // namespace
}  // namespace pico
