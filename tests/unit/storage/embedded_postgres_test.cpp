#include "pico/storage/embedded_postgres.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "embedded/child_process.hpp"
#include "embedded/folders.hpp"
#include "embedded/settings.hpp"
#include "pico/storage/connection.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Connection must_connect(const std::string& conninfo) {
  auto connection = Connection::open({.conninfo = conninfo});
  if (!connection) throw std::runtime_error(connection.error().message);
  return std::move(*connection);
}

std::unique_ptr<EmbeddedPostgres> must_start(const EmbeddedPostgresOptions& options) {
  auto started = EmbeddedPostgres::start(options);
  if (!started) throw std::runtime_error(started.error().message);
  return std::move(*started);
}

/// Runs work in a child process, as an ordinary user when we are root; work gets a file to write to, which line() reads.
class Child {
 public:
  explicit Child(const std::function<void(int)>& work) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      const auto* nobody = getpwnam("nobody");
      if (geteuid() == 0 && (setgid(nobody->pw_gid) != 0 || setuid(nobody->pw_uid) != 0)) _exit(1);
      try {
        work(ends[1]);
      } catch (const std::exception& error) {
        dprintf(ends[1], "%s\n", error.what());
      }
      _exit(0);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ~Child() {
    end();
    close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Reads up to the end of a line or of the child.
  std::string line() {
    std::string text;
    for (char c; read(output_, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  /// kill -9; returns once it is gone, and its children are ours.
  void end() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_;
  int output_;
};

/// One cluster for all tests: making one takes a second. Each test starts and stops Postgres on it.
struct EmbeddedPostgresTest : testing::Test {
  static void SetUpTestSuite() {
    folder = std::make_unique<test::TemporaryFolder>();
    must_start(options())->stop();
  }
  static void TearDownTestSuite() { folder.reset(); }
  static EmbeddedPostgresOptions options() { return {.data_dir = folder->path() / "data"}; }
  static fs::path cluster() { return folder->path() / "data/postgres/data"; }

  static inline std::unique_ptr<test::TemporaryFolder> folder;
};

TEST_F(EmbeddedPostgresTest, KeepsItsDataFromOneStartToTheNext) {
  {
    const auto postgres = must_start(options());
    must_connect(postgres->conninfo()).execute("create table public.kept as select 42 as answer");
  }
  const auto postgres = must_start(options());
  EXPECT_EQ(must_connect(postgres->conninfo()).execute("select answer from public.kept").get<int>(0, 0), 42);
}

TEST_F(EmbeddedPostgresTest, NeverRunsAsRootAndIsClosedToOthers) {
  const auto postgres = must_start(options());
  struct stat process {
  }, root{};
  ASSERT_EQ(stat(("/proc/" + std::to_string(postgres->pid())).c_str(), &process), 0);
  EXPECT_NE(process.st_uid, 0u);
  ASSERT_EQ(stat((folder->path() / "data/postgres").c_str(), &root), 0);
  EXPECT_EQ(root.st_uid, process.st_uid);
  EXPECT_EQ(root.st_mode & 0777, 0700u);
}

TEST_F(EmbeddedPostgresTest, HasTheSettingsThatADatabaseOfOursNeeds) {
  const auto postgres = must_start(options());
  auto connection = must_connect(postgres->conninfo());
  const auto rows = connection.execute(
      "select current_setting('server_encoding'), current_setting('data_checksums'), current_setting('listen_addresses'),"
      " current_setting('fsync'), current_setting('log_parameter_max_length_on_error'), current_setting('jit'),"
      " datcollate from pg_database where datname = current_database()");
  EXPECT_EQ(rows.text(0, 0), "UTF8");
  EXPECT_EQ(rows.text(0, 1), "on");
  EXPECT_EQ(rows.text(0, 2), "");
  EXPECT_EQ(rows.text(0, 3), "on");
  EXPECT_EQ(rows.text(0, 4), "0");
  EXPECT_EQ(rows.text(0, 5), "off");
  EXPECT_EQ(rows.text(0, 6), "C.UTF-8");
}

TEST_F(EmbeddedPostgresTest, LetsTheOperatorOverrideTheTuning) {
  std::ofstream(cluster() / "postgresql.conf", std::ios::app) << "work_mem = '12345kB'\n";
  const auto postgres = must_start(options());
  EXPECT_EQ(must_connect(postgres->conninfo()).execute("select current_setting('work_mem')").text(0, 0), "12345kB");
}

TEST_F(EmbeddedPostgresTest, WritesNothingThatAClientSentIntoItsLog) {
  const auto postgres = must_start(options());
  auto connection = must_connect(postgres->conninfo());
  EXPECT_THROW(connection.execute("select $1::int", "secret-parameter"), DatabaseError);
  EXPECT_THROW(connection.execute("select 'secret-literal'::int"), DatabaseError);
  connection.execute("do $$ begin raise warning 'secret-warning'; end $$");
  postgres->stop();
  const auto log = content_of(folder->path() / "data/postgres.log");
  EXPECT_THAT(log, HasSubstr("database system is shut down"));
  EXPECT_THAT(log, Not(HasSubstr("secret")));
}

TEST_F(EmbeddedPostgresTest, SeesNothingOfTheServersEnvironmentAndTerminal) {
  setenv("PGOPTIONS", "-c work_mem=1GB", 1);
  const auto postgres = must_start(options());
  unsetenv("PGOPTIONS");
  const auto environment = content_of("/proc/" + std::to_string(postgres->pid()) + "/environ");
  EXPECT_THAT(environment, Not(HasSubstr("PGOPTIONS")));
  EXPECT_THAT(environment, Not(HasSubstr("HOME=/root")));
  EXPECT_EQ(getsid(postgres->pid()), postgres->pid());
}

TEST_F(EmbeddedPostgresTest, InheritsNoOpenFilesOfTheServer) {
  const int secret = open("/dev/zero", O_RDONLY);  // not even marked close-on-exec
  const auto postgres = must_start(options());
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(postgres->pid()) + "/fd")) {
    EXPECT_NE(fs::read_symlink(entry.path()), "/dev/zero");
  }
  close(secret);
}

TEST_F(EmbeddedPostgresTest, IsStartedAnewWhenItIsKilled) {
  const auto postgres = must_start(options());
  must_connect(postgres->conninfo()).execute("create table public.survivor as select 7 as answer");
  kill(postgres->pid(), SIGKILL);
  const auto connection = [&] {
    while (postgres->restarts() == 0) std::this_thread::yield();
    return Connection::open_with_retries({.conninfo = postgres->conninfo()}, 10);
  }();
  ASSERT_TRUE(connection);
  EXPECT_EQ(must_connect(postgres->conninfo()).execute("select answer from public.survivor").get<int>(0, 0), 7);
}

TEST_F(EmbeddedPostgresTest, ReplacesOneThatWasLeftRunning) {
  const auto account = embedded::find_account("postgres");
  ASSERT_TRUE(account);
  const auto folders = embedded::prepare_folders(folder->path() / "data", *account);
  ASSERT_TRUE(folders);
  const auto leftover = embedded::start_child({.program = fs::path(test::postgres_bin_dir()) / "postgres",
                                               .arguments = embedded::fixed_arguments(folders->cluster, folders->socket),
                                               .directory = cluster()},
                                              *account);
  ASSERT_TRUE(leftover);
  const auto conninfo = "host=" + folders->socket.string() + " user=picolytics dbname=postgres";
  ASSERT_TRUE(Connection::open_with_retries({.conninfo = conninfo}, 10));

  const auto postgres = must_start(options());
  EXPECT_NE(postgres->pid(), *leftover);
  int status = 0;
  EXPECT_EQ(waitpid(*leftover, &status, 0), *leftover);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << embedded::describe_status(status);
  EXPECT_EQ(postgres->restarts(), 0u);
}

TEST_F(EmbeddedPostgresTest, IsNotKeptFromStartingByAStalePidFile) {
  // The number belongs to a process that lives, but is no Postgres: this one.
  std::ofstream(cluster() / "postmaster.pid") << getpid() << "\n" << cluster().string() << "\n1\n5432\n";
  const auto postgres = must_start(options());
  EXPECT_EQ(postgres->restarts(), 0u);
}

TEST_F(EmbeddedPostgresTest, StopsWhileSessionsAreOpen) {
  const auto postgres = must_start(options());
  auto connection = must_connect(postgres->conninfo());
  const pid_t pid = postgres->pid();
  postgres->stop();
  EXPECT_EQ(kill(pid, 0), -1);
  EXPECT_THROW(connection.execute("select 1"), DatabaseError);
  EXPECT_TRUE(connection.lost());
}

TEST_F(EmbeddedPostgresTest, RefusesAClusterOfAnotherVersion) {
  const test::TemporaryFolder other;
  fs::create_directories(other.path() / "postgres");
  fs::permissions(other.path() / "postgres", fs::perms::owner_all);
  if (const auto account = embedded::find_account("postgres"); account->change) {
    ASSERT_EQ(chown((other.path() / "postgres").c_str(), account->uid, account->gid), 0);
  }
  fs::create_directories(other.path() / "postgres/data");
  std::ofstream(other.path() / "postgres/data/PG_VERSION") << "9\n";
  const auto started = EmbeddedPostgres::start({.data_dir = other.path()});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::conflict);
  EXPECT_THAT(started.error().message, HasSubstr("made by Postgres 9"));
  EXPECT_THAT(started.error().message, HasSubstr("has Postgres 1"));
}

TEST_F(EmbeddedPostgresTest, NamesThePackageWhenThereIsNoPostgres) {
  const test::TemporaryFolder empty;
  const auto started = EmbeddedPostgres::start({.data_dir = empty.path() / "data", .bin_dir = empty.path()});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::not_found);
  EXPECT_THAT(started.error().message, HasSubstr("package 'postgresql'"));
}

TEST_F(EmbeddedPostgresTest, SaysWhereToLookWhenItDoesNotStart) {
  const auto settings = content_of(cluster() / "postgresql.conf");
  std::ofstream(cluster() / "postgresql.conf", std::ios::app) << "no_such_setting = 1\n";
  const auto started = EmbeddedPostgres::start(options());
  std::ofstream(cluster() / "postgresql.conf", std::ios::trunc) << settings;
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::unavailable);
  EXPECT_THAT(started.error().message, HasSubstr("postgres.log"));
  EXPECT_THAT(content_of(folder->path() / "data/postgres.log"), HasSubstr("no_such_setting"));
}

TEST(EmbeddedPostgres, RunsForAnOrdinaryUserAndEndsWithTheServerThatIsKilled) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that we are told when the orphan ends
  const test::TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::all);
  // Too long for a Unix socket, and with blanks: neither may matter.
  const auto data_dir = folder.path() / ("data of " + std::string(100, 'x'));
  Child server([&](int output) {
    // What an interrupted initdb leaves.
    fs::create_directories(data_dir / "postgres/data.new");
    std::ofstream(data_dir / "postgres/data.new/PG_VERSION") << "15\n";
    const auto postgres = must_start({.data_dir = data_dir});
    must_connect(postgres->conninfo()).execute("select 1");
    dprintf(output, "%d %s\n", postgres->pid(), postgres->conninfo().c_str());
    pause();
  });
  const auto answer = server.line();
  const pid_t postmaster = std::atoi(answer.c_str());
  ASSERT_GT(postmaster, 0) << answer;
  server.end();
  int status = 0;
  EXPECT_EQ(waitpid(postmaster, &status, 0), postmaster);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
      << embedded::describe_status(status);  // a fast shutdown, not a crash
  const auto socket = answer.substr(answer.find("host=") + 5);
  fs::remove_all(socket.substr(0, socket.find(' ')));
}

TEST(EmbeddedPostgres, LeavesNoSocketFolderBehindWhenItStops) {
  const test::TemporaryFolder folder;
  const auto postgres = must_start({.data_dir = folder.path() / std::string(100, 'x')});
  const auto host = postgres->conninfo().substr(5, postgres->conninfo().find(' ') - 5);
  EXPECT_THAT(host, Not(HasSubstr("xxx")));
  EXPECT_TRUE(fs::exists(host));
  postgres->stop();
  EXPECT_FALSE(fs::exists(host));
}

TEST(EmbeddedPostgres, NamesTheFolderThatItCannotWriteTo) {
  const test::TemporaryFolder folder;  // root's, or read-only for us
  if (geteuid() != 0) fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  Child server([&](int output) {
    const auto started = EmbeddedPostgres::start({.data_dir = folder.path()});
    dprintf(output, "%s\n", started || started.error().code != Errc::io ? "no I/O error" : started.error().message.c_str());
  });
  EXPECT_THAT(server.line(), HasSubstr("cannot create " + folder.path().string()));
  fs::permissions(folder.path(), fs::perms::owner_all);
}

}  // namespace
}  // namespace pico::storage
