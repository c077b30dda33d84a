#include <gmock/gmock.h>

#include "loading.hpp"

namespace pico::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Loader = Loading;

TEST_F(Loader, WithoutFileAndEnvironmentTheDefaultsHold) {
  const auto config = load({std::nullopt, {{"CONFIG_PATH", folder().string()}}}).value();
  EXPECT_EQ(config.data_dir, "./data");
  EXPECT_EQ(config.http.listen, (Address{"", 8080}));
  EXPECT_EQ(config.admin.listen, (Address{"127.0.0.1", 8081}));
  EXPECT_EQ(config.postgres_url(), std::nullopt) << "embedded";
  EXPECT_EQ(config.http.body_max_size, 2048u);
  EXPECT_EQ(config.http.trusted_proxies, private_networks());
  EXPECT_EQ(config.ingest.queue_size, 640000u);
  EXPECT_EQ(config.ingest.queue_max_bytes, 256u << 20);
  EXPECT_EQ(config.ingest.ack_mode, AckMode::durable);
  EXPECT_THAT(config.ingest.valid_event_names,
              ElementsAre("load", "visible", "hidden", "hashchange", "popstate", "pushstate", "ping", "engagement"));
  EXPECT_EQ(config.sites.registration, SiteRegistration::automatic);
  EXPECT_EQ(config.sites.default_time_zone.name(), "Etc/UTC");
  EXPECT_EQ(config.writer.batch_max_wait, 500ms);
  EXPECT_EQ(config.writer.session_timeout, 30min);
  EXPECT_EQ(config.retention.prune, std::chrono::days(0));
  EXPECT_FALSE(config.admin.host_metrics);
  EXPECT_EQ(config.enrichment.geo_ip_file, default_geo_ip_file);
  EXPECT_TRUE(config.ingest.respect_do_not_track);
}

TEST_F(Loader, TheEnvironmentGoesBeforeTheFileAndTheFileBeforeTheDefaults) {
  EXPECT_EQ(good("queueSize: 7").ingest.queue_size, 7u);
  EXPECT_EQ(good("queueSize: 7", {{"QUEUE_SIZE", "8"}}).ingest.queue_size, 8u);
  EXPECT_EQ(good("queueSize: 7", {{"QUEUE_SIZE", ""}}).ingest.queue_size, 7u) << "an empty variable is not set";
  EXPECT_EQ(good("", {{"QUEUE_SIZE", "8"}}).ingest.queue_size, 8u);
  EXPECT_EQ(good("", {{"queueSize", "8"}}).ingest.queue_size, 640000u) << "variables have their own names";
}

TEST_F(Loader, MicroAnalyticsOwnVariablesAreReadWhereOursAreNotSet) {
  EXPECT_EQ(good("").micro_analytics.listen, std::nullopt);
  EXPECT_EQ(good("", {{"PORT", "5000"}}).micro_analytics.listen, std::nullopt) << "many platforms set it, and mean something else";
  EXPECT_EQ(good("", {{"PORT", "5000"}, {"MA_ROOT", "./dbs"}}).micro_analytics.listen, (Address{"", 5000})) << "but not beside the original's own";
  EXPECT_EQ(good("", {{"PORT", "5000"}, {"MA_ROOT", "./dbs"}, {"MA_PORT", "7070"}}).micro_analytics.listen, (Address{"", 7070}));
  EXPECT_EQ(good("", {{"MA_PORT", "7070"}}).micro_analytics.listen, (Address{"", 7070})) << "as the original takes it";
  EXPECT_EQ(good("", {{"MA_PORT", "127.0.0.1:7071"}}).micro_analytics.listen, (Address{"127.0.0.1", 7071}));
  EXPECT_EQ(good("", {{"MA_PORT", "7070"}, {"MICRO_ANALYTICS_LISTEN", ":7072"}}).micro_analytics.listen, (Address{"", 7072}));
  EXPECT_EQ(good("microAnalyticsListen: 7073", {}).micro_analytics.listen, (Address{"", 7073}));
  const auto with_user = good("", {{"MA_USER", "me"}, {"MA_PASSWORD", "s3cret"}}).micro_analytics;
  EXPECT_EQ(with_user.user + ":" + with_user.password, "me:s3cret");
  EXPECT_EQ(good("", {{"MA_USER", "me"}}).micro_analytics.password, "") << "the original takes that";
  EXPECT_THAT(problems("", {{"MA_PASSWORD", "s3cret"}}), HasSubstr("MA_USER"));
  EXPECT_THAT(problems("listenAddr: \":7070\"", {{"MA_PORT", "7070"}}), HasSubstr("microAnalyticsListen"));
  EXPECT_THAT(problems("", {{"MA_PORT", "much"}}), HasSubstr("variable MA_PORT"));
}

TEST_F(Loader, KeysInTheFileAreReadWithoutRegardToCase) {
  const auto config = good("QUEUESIZE: 7\nlistenaddr: \":1\"\nPgPort: 2");
  EXPECT_EQ(config.ingest.queue_size, 7u);
  EXPECT_EQ(config.http.listen.port, 1);
  EXPECT_EQ(config.postgres.port, 2);
}

TEST_F(Loader, TheOriginalsSwitchesInQuotesAreUnderstood) {
  EXPECT_TRUE(good("debug: \"true\"\nautotlsEnabled: \"false\"\nautotlsStaging: \"true\"").admin.debug);
  EXPECT_TRUE(good("disableHostMetrics: false").admin.host_metrics);
}

TEST_F(Loader, ListsAreYamlListsOrSeparatedByCommas) {
  for (const auto* file :
       {"validEventNames: load, ping", "validEventNames: [load, ping]", "validEventNames:\n  - load\n  - ping\n"}) {
    EXPECT_THAT(good(file).ingest.valid_event_names, ElementsAre("load", "ping")) << file;
  }
  EXPECT_THAT(good("", {{"VALID_EVENT_NAMES", "load,ping,"}}).ingest.valid_event_names, ElementsAre("load", "ping"));
  const auto networks = good("trustedProxies: [10.0.0.0/8, \"::1\"]").http.trusted_proxies;
  EXPECT_EQ(networks, (std::vector{Cidr::parse("10.0.0.0/8").value(), Cidr::parse("::1").value()}));
}

TEST_F(Loader, AnEmptyListMeansTheDefault) {
  for (const auto* file : {"validEventNames: []", "validEventNames:", "validEventNames: \"\"", "validEventNames: \" , \""}) {
    EXPECT_EQ(good(file).ingest.valid_event_names.size(), 8u) << file;
  }
}

TEST_F(Loader, AnEmptyValueInTheFileIsAValueOnlyWhereItMeansSomething) {
  const auto config =
      good("staticDir: \"\"\nadminListen: \"\"\ngeoIpFile: \"\"\ndataDir: \"\"\nqueueSize: \"\"\nrootRedirect: ~\n");
  EXPECT_EQ(config.http.static_dir, "");
  EXPECT_EQ(config.admin.listen, std::nullopt);
  EXPECT_EQ(config.enrichment.geo_ip_file, "");
  EXPECT_EQ(config.data_dir, "./data");
  EXPECT_EQ(config.ingest.queue_size, 640000u);
  EXPECT_EQ(good("pgHost: ~").postgres.host, "");
  EXPECT_EQ(good("", {{"ADMIN_LISTEN", "off"}}).admin.listen, std::nullopt);
}

TEST_F(Loader, AKeyWithoutAValueHasAnEmptyOne) {
  for (const std::string value : {"\n", " ~\n", " null\n", " \"\"\n"}) {
    const auto config = good("adminListen:" + value + "tlsRedirectListen:" + value + "geoIpFile:" + value + "dataDir:" + value + "queueSize:" + value);
    EXPECT_EQ(config.admin.listen, std::nullopt) << value;
    EXPECT_EQ(config.tls.redirect_listen, std::nullopt) << value;
    EXPECT_EQ(config.enrichment.geo_ip_file, "") << value;
    EXPECT_EQ(config.data_dir, "./data") << "where nothing would make no sense the default stays";
    EXPECT_EQ(config.ingest.queue_size, 640000u);
  }
}

TEST_F(Loader, AnUnknownKeyIsAnErrorWithASuggestion) {
  EXPECT_EQ(problems("queueSize: 1\nlistenAdr: x"),
            "config.yaml line 2: there is no setting \"listenAdr\"; did you mean listenAddr?");
  EXPECT_EQ(problems("LISTEN_ADDR: x"), "config.yaml line 1: there is no setting \"LISTEN_ADDR\"; did you mean listenAddr?");
  EXPECT_EQ(problems("somethingElse: 1"),
            "config.yaml line 1: there is no setting \"somethingElse\"; docs/configuration.md has all keys.");
}

TEST_F(Loader, EveryProblemIsReportedAtOnceWithWhereItCameFrom) {
  EXPECT_EQ(problems("listenAdr: x\nqueueSize: 0\nlogFormat: xml", {{"BATCH_MAX_MSEC", "0"}, {"PGHOST", "db"}, {"PGUSER", "u"}}),
            "config.yaml line 1: there is no setting \"listenAdr\"; did you mean listenAddr?\n"
            "queueSize (config.yaml line 2): \"0\" is not right; give a whole number from 1 to 100000000.\n"
            "logFormat (config.yaml line 3): \"xml\" is not right; give json or text.\n"
            "batchMaxMsec (variable BATCH_MAX_MSEC): \"0\" is not right; give a whole number from 1 to 60000.\n"
            "pgDatabase (PGDATABASE): pgHost is set, so this must be set too.\n"
            "pgPassword (PGPASSWORD): pgHost is set, so this must be set too.");
}

TEST_F(Loader, OfAListTheWrongElementIsNamed) {
  EXPECT_THAT(problems("trustedProxies: [10.0.0.0/8, 1.2.3.4/99]"),
              HasSubstr("trustedProxies (config.yaml line 1): \"1.2.3.4/99\" is not"));
}

TEST_F(Loader, ASecretIsNeverQuoted) {
  const auto text = problems("pgPassword: \"hunter2\\tx\"\n", {{"PGCONNSTRING", "mysql://u:hunter2@h/d"}});
  EXPECT_THAT(text, HasSubstr("pgPassword (config.yaml line 1): the value is not right"));
  EXPECT_THAT(text, HasSubstr("pgConnString: it must start with postgres://"));
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

TEST_F(Loader, ValuesOfTheWrongShapeAreErrors) {
  EXPECT_THAT(problems("queueSize: [1, 2]"),
              HasSubstr("queueSize (config.yaml line 1): one value is expected here; give a whole number"));
  EXPECT_THAT(problems("queueSize: {a: 1}"), HasSubstr("queueSize (config.yaml line 1): one value is expected"));
  EXPECT_THAT(problems("validEventNames: [[a], b]"), HasSubstr("validEventNames (config.yaml line 1)"));
  EXPECT_THAT(problems("validEventNames: {a: 1}"), HasSubstr("validEventNames (config.yaml line 1)"));
  EXPECT_THAT(problems("? [a]\n: 1"), HasSubstr("there is no setting \"\""));
}

TEST_F(Loader, AFileThatIsNotKeyValueLinesIsAnError) {
  EXPECT_THAT(problems("- a\n- b"), HasSubstr("config.yaml: the file must be made of lines like"));
  EXPECT_THAT(problems("just text"), HasSubstr("config.yaml: the file must be made of lines like"));
  EXPECT_THAT(problems("a: 1\n  b: [}"), HasSubstr("config.yaml line 2: this is not YAML"));
}

TEST_F(Loader, AKeyThatStandsThereTwiceWithDifferentValuesIsAnError) {
  EXPECT_EQ(problems("queueSize: 1\nqueuesize: 2"),
            "queueSize (config.yaml line 2): the key stands in the file twice, with different values; remove one.");
}

TEST_F(Loader, AnEmptyFileIsFine) {
  EXPECT_EQ(problems(""), "");
  EXPECT_EQ(problems("# only a comment\n"), "");
}

TEST_F(Loader, AFileGivenByNameMustExist) {
  const auto missing = load({folder() / "missing.yaml", {}});
  ASSERT_TRUE(missing.has_error());
  EXPECT_THAT(missing.error().message, HasSubstr("missing.yaml: the file cannot be read"));
  const auto directory = load({folder(), {}});
  ASSERT_TRUE(directory.has_error());
  EXPECT_THAT(directory.error().message, HasSubstr("the file cannot be read"));
  EXPECT_EQ(load({write("other.yaml", "queueSize: 9"), {}}).value().ingest.queue_size, 9u);
}

TEST_F(Loader, ConfigPathAndConfigNameSayWhereTheDefaultFileIs) {
  EXPECT_EQ(config_file({}), std::filesystem::path("./config.yaml"));
  write("site.yaml", "queueSize: 9");
  const Environment environment{{"CONFIG_PATH", folder().string()}, {"CONFIG_NAME", "site"}};
  EXPECT_EQ(config_file({std::nullopt, environment}), folder() / "site.yaml");
  EXPECT_EQ(load({std::nullopt, environment}).value().ingest.queue_size, 9u);
  EXPECT_EQ(config_file({"x.yaml", environment}), "x.yaml");
}

TEST_F(Loader, ADefaultFileThatIsNotThereIsNoError) {
  EXPECT_TRUE(load({std::nullopt, {{"CONFIG_PATH", (folder() / "nowhere").string()}}}).has_value());
}

TEST_F(Loader, TheProcessEnvironmentIsRead) {
  ::setenv("QUEUE_SIZE", "12=3", 1);
  EXPECT_EQ(process_environment().at("QUEUE_SIZE"), "12=3");
  ::unsetenv("QUEUE_SIZE");
  EXPECT_FALSE(process_environment().contains("QUEUE_SIZE"));
}

}  // namespace
}  // namespace pico::config
