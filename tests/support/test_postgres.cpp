#include "support/test_postgres.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <vector>

#include "pico/storage/migrator.hpp"

/// libpqxx 6.4 forgets the result of a statement in which the session was lost (it asks for the session's encoding before it
/// takes the result over, and that throws).
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpqxx-6.4\n";
}

namespace pico::test {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("the test's Postgres: " + what);
}

storage::Connection must_connect(const std::string& conninfo) {
  auto connection = storage::Connection::open({.conninfo = conninfo});
  if (!connection) fail(connection.error().message);
  return std::move(*connection);
}

/// A starting Postgres tells nobody when it is ready: ask until it answers.
void await_start(const std::string& conninfo) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!storage::Connection::open({.conninfo = conninfo})) {
    if (std::chrono::steady_clock::now() > deadline) fail("it does not answer");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

/// setpriv execs in place: the child is the program itself, and Postgres ends (fast shutdown) when this thread does.
std::vector<std::string> as_postgres(std::vector<std::string> command) {
  std::vector<std::string> full{"setpriv", "--pdeathsig=INT"};
  if (geteuid() == 0) full.insert(full.end(), {"--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env"});
  full.insert(full.end(), command.begin(), command.end());
  return full;
}

pid_t start(const std::vector<std::string>& command, const fs::path& log) {
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail("cannot run " + command[0]);
  return pid;
}

class Cluster {
 public:
  Cluster() : directory_(make_directory()) {
    const auto data = (directory_ / "data").string();
    const auto log = directory_ / "log";
    const auto bin = postgres_bin_dir();
    int status = 0;
    waitpid(start(as_postgres(
                      {bin + "/initdb", "-D", data, "-U", "pico", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"}),
                  log),
            &status, 0);
    if (status != 0) fail("initdb failed, see " + log.string());
    postmaster_ = start(as_postgres({bin + "/postgres", "-D", data, "-k", directory_.string(), "-c", "listen_addresses=", "-c",
                                     "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c",
                                     "max_connections=200", "-c", "autovacuum=off", "-c", "jit=off", "-c", "shared_buffers=64MB"}),
                        log);
    make_template();
  }
  ~Cluster() {
    kill(postmaster_, SIGINT);
    waitpid(postmaster_, nullptr, 0);
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  static Cluster& instance() {
    static Cluster cluster;
    return cluster;
  }

  [[nodiscard]] std::string conninfo(const std::string& database) const {
    return "host=" + directory_.string() + " user=pico dbname=" + database;
  }
  [[nodiscard]] storage::Connection connect() const { return must_connect(conninfo("postgres")); }

 private:
  static fs::path make_directory() {
    std::string name = "/tmp/pico-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) fail("no temporary directory");
    if (const auto* user = geteuid() == 0 ? getpwnam("postgres") : nullptr) {
      if (chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) fail("cannot chown " + name);
    }
    return name;
  }

  void make_template() {
    await_start(conninfo("postgres"));
    connect().execute("create database migrated");
    auto connection = must_connect(conninfo("migrated"));
    const auto result = storage::migrate(connection);
    if (!result) fail(result.error().message);
  }

  fs::path directory_;
  pid_t postmaster_ = 0;
};

std::string unused_name() {
  static int count = 0;
  return "test_" + std::to_string(++count);
}

}  // namespace

std::string postgres_bin_dir() {
  std::string best;
  int best_version = 0;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) {
    const int version = atoi(entry.path().filename().c_str());
    if (version > best_version && fs::exists(entry.path() / "bin/postgres")) best_version = version, best = entry.path() / "bin";
  }
  if (best.empty()) fail("no Postgres is installed");
  return best;
}

std::string cluster_conninfo() {
  return Cluster::instance().conninfo("postgres");
}

TestDatabase::TestDatabase(std::string name) : name_(std::move(name)), conninfo_(Cluster::instance().conninfo(name_)) {}

TestDatabase TestDatabase::migrated() {
  TestDatabase database(unused_name());
  Cluster::instance().connect().execute("create database " + database.name_ + " template migrated strategy file_copy");
  return database;
}

TestDatabase TestDatabase::empty() {
  TestDatabase database(unused_name());
  Cluster::instance().connect().execute("create database " + database.name_);
  return database;
}

TestDatabase TestDatabase::copy_of(const TestDatabase& other) {
  TestDatabase database(unused_name());
  Cluster::instance().connect().execute("create database " + database.name_ + " template " + other.name_ + " strategy file_copy");
  return database;
}

TestDatabase::TestDatabase(TestDatabase&& other) noexcept
    : name_(std::exchange(other.name_, {})), conninfo_(std::move(other.conninfo_)) {}

TestDatabase::~TestDatabase() {
  if (!name_.empty()) Cluster::instance().connect().execute("drop database if exists " + name_ + " with (force)");
}

storage::Connection TestDatabase::connect() const {
  return must_connect(conninfo_);
}

void TestDatabase::drop_connections() const {
  Cluster::instance().connect().execute(
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()", name_);
}

void TestDatabase::refuse_connections(bool refuse) const {
  auto admin = Cluster::instance().connect();
  admin.execute("set synchronous_commit = local");  // nobody may be answering commits (UnansweredCommits)
  admin.execute("alter database " + name_ + " with allow_connections " + (refuse ? "false" : "true"));
  if (refuse) drop_connections();
}

}  // namespace pico::test
