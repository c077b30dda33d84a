#include "pico/storage/connection.hpp"

#include <gmock/gmock.h>

#include <barrier>
#include <future>

#include "connecting.hpp"
#include "native_connection.hpp"
#include "support/silent_server.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using test::TestDatabase;
using testing::HasSubstr;
using testing::Not;

/// The error that `action` throws; a test failure when it throws none.
template <class Action>
DatabaseError error_of(Action action) {
  try {
    action();
  } catch (const DatabaseError& error) {
    return error;
  }
  ADD_FAILURE() << "no DatabaseError";
  return DatabaseError("", false, "");
}

TEST(Connection, RefusesAMalformedConnectionStringWithoutQuotingIt) {
  const auto connection = Connection::open({.conninfo = "postgres://user:secret@[host"});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Errc::invalid);
  EXPECT_THAT(connection.error().message, Not(HasSubstr("secret")));
}

TEST(Connection, SaysThatAServerIsAway) {
  const auto connection = Connection::open({.conninfo = "host=/nonexistent dbname=x user=y"});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Errc::unavailable);
}

TEST(Connection, StopsRetryingWhenAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(Connection::open_with_retries({.conninfo = "host=/nonexistent dbname=x user=y"}, 1000, stop.get_token()));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST(Connection, RetriesUntilTheServerAcceptsIt) {
  const auto database = TestDatabase::empty();
  database.refuse_connections(true);
  std::jthread opener([&] {
    auto admin = Connection::open({.conninfo = test::cluster_conninfo()});
    admin->execute("alter database " + database.name() + " with allow_connections true");
  });
  EXPECT_TRUE(Connection::open_with_retries({.conninfo = database.conninfo()}, 10));
}

TEST(Connection, HasTheSessionSettingsThatOthersRelyOn) {
  const auto database = TestDatabase::empty();
  auto connection = Connection::open({.conninfo = database.conninfo(),
                                      .application_name = "me",
                                      .statement_timeout = std::chrono::seconds(7),
                                      .settings = {{"jit", "off"}}});
  ASSERT_TRUE(connection);
  const auto rows = connection->execute(
      "select current_setting('timezone'), current_setting('search_path'), current_setting('statement_timeout'),"
      " current_setting('synchronous_commit'), current_setting('application_name'), current_setting('jit'),"
      " current_setting('client_encoding')");
  EXPECT_EQ(rows.text(0, 0), "UTC");
  EXPECT_EQ(rows.text(0, 1), "pico");
  EXPECT_EQ(rows.text(0, 2), "7s");
  EXPECT_EQ(rows.text(0, 3), "on");
  EXPECT_EQ(rows.text(0, 4), "me");
  EXPECT_EQ(rows.text(0, 5), "off");
  EXPECT_EQ(rows.text(0, 6), "UTF8");
}

TEST(Connection, NeverQuotesValuesInErrors) {
  const auto database = TestDatabase::empty();
  auto connection = database.connect();
  connection.execute("create table public.t (a text primary key, b int check (b < 10))");
  connection.execute("insert into public.t values ('secret-value', 1)");
  const auto duplicate = error_of([&] { connection.execute("insert into public.t values ($1, 2)", "secret-value"); });
  const auto check = error_of([&] { connection.execute("insert into public.t values ($1, 20)", "secret-value2"); });
  const auto syntax = error_of([&] { connection.execute("select $1::int", "secret-value"); });
  const auto encoding = error_of([&] { connection.execute("select $1::text", "secret-value\xff"); });
  EXPECT_EQ(duplicate.sqlstate(), "23505");
  EXPECT_EQ(check.sqlstate(), "23514");
  EXPECT_EQ(syntax.sqlstate(), "22P02");
  EXPECT_EQ(encoding.sqlstate(), "22021");
  for (const auto& error : {duplicate, check, syntax, encoding}) {
    EXPECT_THAT(error.what(), Not(HasSubstr("secret")));
    EXPECT_TRUE(error.is_data_error());
    EXPECT_FALSE(error.connection_lost());
  }
}

TEST(Connection, NamesWhatIsWrongWithTheSchema) {
  const auto database = TestDatabase::empty();
  auto connection = database.connect();
  const auto error = error_of([&] { connection.execute("select * from absent"); });
  EXPECT_THAT(error.what(), HasSubstr("relation \"absent\" does not exist"));
  EXPECT_FALSE(error.is_data_error());
}

TEST(Connection, StaysLostOnceLost) {
  const auto database = TestDatabase::empty();
  auto connection = database.connect();
  Transaction transaction(connection);
  database.drop_connections();
  EXPECT_TRUE(error_of([&] { connection.execute("select 1"); }).connection_lost());
  EXPECT_TRUE(connection.lost());
  EXPECT_TRUE(error_of([&] { connection.execute("select 1"); }).connection_lost());
  EXPECT_TRUE(error_of([&] { transaction.commit(); }).connection_lost());
  EXPECT_TRUE(error_of([&] { native_connection(connection); }).connection_lost());
}

TEST(Connection, TimesStatementsOut) {
  const auto database = TestDatabase::empty();
  auto connection = Connection::open({.conninfo = database.conninfo(), .statement_timeout = std::chrono::milliseconds(20)});
  ASSERT_TRUE(connection);
  EXPECT_TRUE(error_of([&] { connection->execute("select pg_sleep(60)"); }).is_cancelled());
  EXPECT_EQ(connection->execute("select 1").get<int>(0, 0), 1);
}

TEST(Connection, CanBeCancelledFromAnotherThread) {
  const auto database = TestDatabase::empty();
  auto connection = database.connect();
  std::atomic<bool> done = false;
  std::jthread canceller([&] {
    while (!done) connection.cancel();  // a cancel that comes before the statement has no effect
  });
  EXPECT_TRUE(error_of([&] { connection.execute("select pg_sleep(60)"); }).is_cancelled());
  done = true;
}

TEST(Connection, IsNotWaitedForOnceAStopIsRequestedHoweverSilentTheServerIs) {
  const test::SilentServer server;
  std::stop_source stop;
  std::jthread stopper([&] {
    const int client = server.take_client();
    stop.request_stop();
    close(client);
  });
  const auto connection = Connection::open({.conninfo = server.conninfo()}, stop.get_token());
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Errc::unavailable);
}

TEST(Connection, IsCutOffInMidStatementByAStopRequest) {
  const auto database = TestDatabase::empty();
  std::stop_source stop;
  auto connection = Connection::open({.conninfo = database.conninfo()}, stop.get_token());
  ASSERT_TRUE(connection);
  std::jthread stopper([&] {
    auto other = database.connect();
    while (other.execute("select 1 from pg_stat_activity where wait_event = 'PgSleep'").empty()) std::this_thread::yield();
    stop.request_stop();
  });
  EXPECT_TRUE(error_of([&] { connection->execute("select pg_sleep(600)"); }).connection_lost());
  EXPECT_TRUE(connection->lost());
}

TEST(Connection, LeavesNoStatementBehindWhenItIsCutOff) {
  const auto database = TestDatabase::empty();
  std::stop_source stop;
  auto connection = Connection::open({.conninfo = database.conninfo(), .application_name = "cut"}, stop.get_token());
  auto other = database.connect();
  std::jthread stopper([&] {
    while (other.execute("select 1 from pg_stat_activity where application_name = 'cut' and state = 'active'").empty()) std::this_thread::yield();
    stop.request_stop();
  });
  EXPECT_TRUE(error_of([&] { connection->execute("select pg_sleep(600)"); }).connection_lost());
  stopper.join();
  while (!other.execute("select 1 from pg_stat_activity where application_name = 'cut'").empty()) std::this_thread::yield();
}

TEST(Connection, GoesOnToTheNextHostWhenOneRefusesOrIsSilent) {
  const auto database = TestDatabase::empty();
  const test::SilentServer silent;
  auto other = database.connect();
  const auto folder = other.execute("show unix_socket_directories").get<std::string>(0, 0);
  const auto port = other.execute("show port").get<std::string>(0, 0);
  const auto user = other.execute("select current_user::text").get<std::string>(0, 0);
  const auto connection = Connection::open({.conninfo = "host=/nonexistent,127.0.0.1," + folder + " port=1," + silent.port() + "," + port +
                                                        " user=" + user + " connect_timeout=2 dbname=" + database.name()});
  EXPECT_TRUE(connection) << connection.error().message;
}

TEST(Candidates, AreAllAddressesOfAllHostsInOrder) {
  const auto all = candidates({{"host", "/run,127.0.0.1,localhost"}, {"port", "1,2,3"}, {"user", "u"}});
  ASSERT_GE(all.size(), 3u);
  EXPECT_EQ(all[0], (ConnectionValues{{"host", "/run"}, {"port", "1"}, {"user", "u"}}));
  EXPECT_EQ(all[1], (ConnectionValues{{"host", "127.0.0.1"}, {"hostaddr", "127.0.0.1"}, {"port", "2"}, {"user", "u"}}));
  EXPECT_EQ(all[2].at("host"), "localhost");
  EXPECT_TRUE(all[2].contains("hostaddr"));
}

TEST(Candidates, LeaveToLibpqWhatItHasTheWordsFor) {
  const ConnectionValues none{{"user", "u"}}, contradictory{{"host", "a,b,c"}, {"port", "1,2"}}, unknown{{"host", "no.such.host.invalid"}};
  EXPECT_EQ(candidates(none), std::vector{none});
  EXPECT_EQ(candidates(contradictory), std::vector{contradictory});
  EXPECT_EQ(candidates(unknown), std::vector{unknown});
}

TEST(Connection, TakesASessionBackThatACopyLeftIdle) {
  const auto database = TestDatabase::empty();
  auto connection = database.connect();
  connection.execute("create table public.t (a int)");
  auto* native = native_connection(connection);
  expect_status(connection, PQexec(native, "copy public.t from stdin"), PGRES_COPY_IN);
  PQputCopyData(native, "1\n2\n", 4);
  PQputCopyEnd(native, nullptr);
  expect_status(connection, PQgetResult(native), PGRES_COMMAND_OK);
  ASSERT_EQ(PQgetResult(native), nullptr);
  EXPECT_EQ(connection.execute("select sum(a) from public.t").get<int>(0, 0), 3);
}

TEST(Connection, ClassifiesAFailedCopyLikeAStatement) {
  const auto database = TestDatabase::empty();
  auto connection = database.connect();
  connection.execute("create table public.t (a int)");
  auto* native = native_connection(connection);
  expect_status(connection, PQexec(native, "copy public.t from stdin"), PGRES_COPY_IN);
  PQputCopyData(native, "secret\n", 7);
  PQputCopyEnd(native, nullptr);
  const auto error = error_of([&] { expect_status(connection, PQgetResult(native), PGRES_COMMAND_OK); });
  EXPECT_EQ(error.sqlstate(), "22P02");
  EXPECT_THAT(error.what(), Not(HasSubstr("secret")));
}

TEST(Transaction, IsUndoneUnlessCommitted) {
  const auto database = TestDatabase::empty();
  auto connection = database.connect();
  connection.execute("create table public.t (a int)");
  {
    Transaction transaction(connection);
    connection.execute("insert into public.t values (1)");
  }
  EXPECT_EQ(connection.execute("select count(*) from public.t").get<int>(0, 0), 0);
  {
    Transaction transaction(connection);
    connection.execute("insert into public.t values (1)");
    transaction.commit();
  }
  EXPECT_EQ(connection.execute("select count(*) from public.t").get<int>(0, 0), 1);
}

TEST(Transaction, DoesNotPretendToCommitAFailedOne) {
  const auto database = TestDatabase::empty();
  auto connection = database.connect();
  Transaction transaction(connection);
  EXPECT_TRUE(error_of([&] { connection.execute("select 1 / 0"); }).is_data_error());
  EXPECT_EQ(error_of([&] { transaction.commit(); }).sqlstate(), "25P02");
}

TEST(Transaction, TellsAConflictWithAnotherFromOtherErrors) {
  const auto database = test::TestDatabase::empty();
  auto connection = database.connect(), other = database.connect();
  connection.execute("create table public.t (n int); insert into public.t values (1)");
  Transaction transaction(connection, Isolation::repeatable_read);
  connection.execute("select n from public.t");
  other.execute("update public.t set n = 2");
  try {
    connection.execute("update public.t set n = 3");
    FAIL() << "the row has changed since the snapshot";
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.is_transaction_conflict()) << error.what();
    EXPECT_FALSE(error.connection_lost());
  }
}

TEST(Transaction, TellsADeadlockAsAConflict) {
  const auto database = test::TestDatabase::empty();
  auto connection = database.connect(), other = database.connect();
  for (auto* session : {&connection, &other}) session->execute("set deadlock_timeout = '50ms'");
  const auto both = [](Connection& session, int first, int second, std::barrier<>& holding) {
    Transaction transaction(session);
    session.execute("select pg_advisory_xact_lock($1)", first);
    holding.arrive_and_wait();
    try {
      session.execute("select pg_advisory_xact_lock($1)", second);
    } catch (const DatabaseError& error) {
      return error.is_transaction_conflict();
    }
    return false;
  };
  std::barrier holding(2);
  auto conflict = std::async(std::launch::async, [&] { return both(other, 2, 1, holding); });
  const auto mine = both(connection, 1, 2, holding);
  EXPECT_NE(mine, conflict.get()) << "one of them has to give way";
}

TEST(Transaction, SeesOneSnapshotWhenRepeatableRead) {
  const auto database = TestDatabase::empty();
  auto reader = database.connect();
  auto writer = database.connect();
  writer.execute("create table public.t (a int)");
  Transaction transaction(reader, Isolation::repeatable_read);
  EXPECT_EQ(reader.execute("select count(*) from public.t").get<int>(0, 0), 0);
  writer.execute("insert into public.t values (1)");
  EXPECT_EQ(reader.execute("select count(*) from public.t").get<int>(0, 0), 0);
}

}  // namespace
}  // namespace pico::storage
