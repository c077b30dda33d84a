#include <gmock/gmock.h>
#include <sstream>

#include "loading.hpp"

namespace pico::config {
namespace {

using testing::HasSubstr;
using testing::Not;

using Documents = Loading;

std::string content_of(const char* file) {
  const std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST_F(Documents, ConfigYamlIsWhatTheProgramWrites) {
  EXPECT_EQ(content_of("config.yaml"), default_yaml()) << "write it anew: picolytics --write-default-config";
}

TEST_F(Documents, TheConfigurationPageIsWhatTheProgramWrites) {
  EXPECT_EQ(content_of("docs/configuration.md"), markdown()) << "write it anew: picolytics config docs > docs/configuration.md";
}

TEST_F(Documents, TheDefaultFileGivesTheDefaults) {
  const auto defaults = load({std::nullopt, {{"CONFIG_PATH", folder().string()}}}).value();
  EXPECT_EQ(describe(good(default_yaml())), describe(defaults));
}

TEST_F(Documents, TheDescriptionOfAConfigurationCanBeLoadedAgain) {
  const auto config = good("listenAddr: \"[::1]:80\"\nrootRedirect: 'a \"b\" \\c #d: e'\npruneDays: 3\nqueueMaxBytes: 1537KB\n");
  EXPECT_EQ(describe(good(describe(config))), describe(config));
  EXPECT_THAT(describe(config), HasSubstr("pruneDays: 3\n"));
}

TEST_F(Documents, SecretsAreHidden) {
  const auto text = describe(good("pgPassword: hunter2", {{"PGCONNSTRING", "postgres://u:hunter2@h/d"}}));
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, HasSubstr("pgPassword: (hidden)\n"));
  EXPECT_THAT(text, HasSubstr("pgConnString: (hidden)\n"));
  EXPECT_THAT(describe(good("")), HasSubstr("pgPassword: \"\"\n")) << "whether one is set may be known";
}

TEST_F(Documents, EveryTableRowHasFiveCells) {
  std::istringstream lines(markdown());
  int rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    ++rows;
    int bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    EXPECT_EQ(bars, 6) << line;
  }
  EXPECT_GT(rows, 50);
}

}  // namespace
}  // namespace pico::config
