#include <gmock/gmock.h>

#include "loading.hpp"

namespace pico::config {
namespace {

using testing::HasSubstr;

using Checks = Loading;

const Environment database{{"PGHOST", "db.example"}, {"PGDATABASE", "d"}, {"PGUSER", "u"}, {"PGPASSWORD", "p"}};

Environment with(Environment environment, std::string_view variable, std::string_view value) {
  environment[std::string(variable)] = value;
  return environment;
}

TEST_F(Checks, AHostNeedsDatabaseUserAndPassword) {
  EXPECT_EQ(problems("", database), "");
  for (const auto* variable : {"PGDATABASE", "PGUSER", "PGPASSWORD"}) {
    EXPECT_THAT(problems("", with(database, variable, "")), HasSubstr("(" + std::string(variable) + "): pgHost is set"))
        << variable;
  }
  EXPECT_EQ(problems("", {{"PGUSER", "u"}}), "") << "without a host it is the embedded Postgres";
}

TEST_F(Checks, AUrlGoesBeforeTheSingleSettings) {
  EXPECT_EQ(problems("", {{"PGCONNSTRING", "postgres://h/d"}, {"PGHOST", "x"}}), "");
  EXPECT_EQ(problems("", {{"PGCONNSTRING", "postgresql://h/d"}}), "");
  EXPECT_THAT(problems("", {{"PGCONNSTRING", "host=h dbname=d"}}), HasSubstr("pgConnString: it must start with"));
}

TEST_F(Checks, ThePortMayStandInTheHost) {
  const auto config = good("pgHost: localhost:5433", with(database, "PGHOST", ""));
  EXPECT_EQ(config.postgres.host, "localhost");
  EXPECT_EQ(config.postgres.port, 5433);
  EXPECT_EQ(problems("pgPort: 5433", with(database, "PGHOST", "h:5433")), "") << "said twice alike";
  EXPECT_THAT(problems("pgPort: 5432", with(database, "PGHOST", "h:5433")), HasSubstr("different ports (5433 and 5432)"));
  EXPECT_THAT(problems("", with(database, "PGHOST", "h:x")), HasSubstr("pgHost: what stands behind the colon is no port"));
}

TEST_F(Checks, AutoTlsNeedsAHostNameAlone) {
  const auto with_host = [&](const std::string& host) { return problems("", {{"AUTOTLS_ENABLED", "true"}, {"AUTOTLS_HOST", host}}); };
  EXPECT_EQ(with_host("stats.example.com"), "");
  EXPECT_THAT(with_host(""), HasSubstr("autotlsHost (AUTOTLS_HOST): autotlsEnabled is set, so this must be set too"));
  for (const auto* wrong : {"localhost", "https://stats.example.com", "stats.example.com:443", "*.example.com", "192.0.2.1", "a..example", ".example", "example.", "a b.example"})
    EXPECT_THAT(with_host(wrong), HasSubstr("give a host name alone")) << wrong;
  EXPECT_EQ(problems("", {{"AUTOTLS_HOST", "a.example"}, {"AUTOTLS_STAGING", "false"}}), "");
}

TEST_F(Checks, ACertificateComesFromOnePlace) {
  const std::string autotls = "autotlsEnabled: true\nautotlsHost: a.example\n";
  EXPECT_THAT(problems(autotls + "tlsCertFile: a.pem\ntlsKeyFile: b.pem"), HasSubstr("autotlsEnabled and tlsCertFile"));
  EXPECT_THAT(problems(autotls + "autotlsDirectory: http://ca.example/dir"), HasSubstr("autotlsDirectory: it must start with https://"));
  EXPECT_EQ(problems(autotls + "autotlsDirectory: https://ca.example/dir"), "");
}

TEST_F(Checks, ACertificateNeedsItsKey) {
  EXPECT_EQ(problems("tlsCertFile: a.pem\ntlsKeyFile: b.pem"), "");
  EXPECT_THAT(problems("tlsCertFile: a.pem"), HasSubstr("tlsCertFile and tlsKeyFile: give both or neither"));
  EXPECT_THAT(problems("tlsKeyFile: a.pem"), HasSubstr("tlsCertFile and tlsKeyFile: give both or neither"));
}

TEST_F(Checks, TheListenersOfTlsHaveAddressesOfTheirOwn) {
  const std::string files = "tlsCertFile: a.pem\ntlsKeyFile: b.pem\n";
  EXPECT_THAT(problems(files + "tlsListen: \":8080\""), HasSubstr("tlsListen: another listener has this address"));
  EXPECT_THAT(problems(files + "tlsRedirectListen: \":8080\""), HasSubstr("tlsRedirectListen: another listener has this address"));
  EXPECT_THAT(problems(files + "tlsRedirectListen: \":443\""), HasSubstr("tlsRedirectListen and tlsListen are the same"));
  EXPECT_EQ(problems(files + "listenAddr: \":80\"\ntlsRedirectListen: off"), "");
  EXPECT_EQ(problems("listenAddr: \":443\""), "") << "without a certificate there is no other";
}

TEST_F(Checks, TheListenersMustNotShareAnAddress) {
  EXPECT_THAT(problems("listenAddr: \":8081\""), HasSubstr("adminListen and listenAddr are the same address"));
  EXPECT_THAT(problems("adminListen: \":8080\""), HasSubstr("adminListen and listenAddr are the same address"));
  EXPECT_EQ(problems("listenAddr: \":8081\"\nadminListen: off"), "");
  EXPECT_EQ(problems("listenAddr: \":0\"\nadminListen: \":0\""), "") << "free ports differ";
  EXPECT_EQ(problems("listenAddr: \"127.0.0.2:8081\""), "");
}

TEST_F(Checks, TheJournalHoldsTwoSegmentsAtLeast) {
  EXPECT_THAT(problems("journalMaxBytes: 100MB"), HasSubstr("journalMaxBytes: it must hold at least two segments"));
  EXPECT_EQ(problems("journalMaxBytes: 128MB"), "");
}

TEST_F(Checks, ZeroThreadsBecomeANumberThatFitsTheMachine) {
  const auto config = good("ioThreads: 0\npipelineThreads: 0");
  EXPECT_GE(config.http.io_threads, 1);
  EXPECT_LE(config.http.io_threads, 16);
  EXPECT_GE(config.ingest.pipeline_threads, 1);
  EXPECT_LE(config.ingest.pipeline_threads, 2);
  EXPECT_EQ(good("ioThreads: 33").http.io_threads, 33);
}

}  // namespace
}  // namespace pico::config
