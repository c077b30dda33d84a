#include "pico/storage/embedded_postgres.hpp"

#include <spdlog/spdlog.h>

#include "cluster.hpp"
#include "pico/storage/connection.hpp"
#include "settings.hpp"
#include "supervisor.hpp"

namespace pico::storage {

using namespace std::chrono_literals;

struct EmbeddedPostgres::Impl {
  ~Impl() { stop(); }
  void stop() {
    supervisor.reset();
    std::error_code ignored;
    std::filesystem::remove(socket_folder, ignored);  // only when Postgres has left it empty
  }

  std::string conninfo;
  std::filesystem::path socket_folder;
  std::unique_ptr<embedded::Supervisor> supervisor;
};

namespace {

constexpr std::uintmax_t max_log_bytes = 4 << 20;
/// Postgres that ends so often before it ever took a connection will not do so later.
constexpr unsigned max_failed_starts = 5;

/// Settings of libpq that the environment could set otherwise (PGSSLMODE, PGHOST, …) are named here.
std::string conninfo_for(const std::filesystem::path& socket, const std::string& database) {
  return "host=" + socket.string() + " port=5432 user=" + embedded::owner + " dbname=" + database +
         " sslmode=disable gssencmode=disable";
}

/// Connects as soon as Postgres answers.
Result<Connection> await_start(const embedded::Supervisor& supervisor, const embedded::Folders& folders,
                               std::chrono::seconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (supervisor.ends() < max_failed_starts && std::chrono::steady_clock::now() < deadline) {
    auto connection = Connection::open({.conninfo = conninfo_for(folders.socket, "postgres")});
    if (connection) return connection;
    std::this_thread::sleep_for(10ms);  // it has no way of telling
  }
  return Error{Errc::unavailable, "the embedded Postgres does not start; see " + folders.log.string()};
}

void create_database(Connection& connection) {
  if (connection.execute("select 1 from pg_database where datname = $1", embedded::owner).empty()) {
    connection.execute(std::string("create database ") + embedded::owner);
  }
}

}  // namespace

Result<std::unique_ptr<EmbeddedPostgres>> EmbeddedPostgres::start(const EmbeddedPostgresOptions& options) {
  const auto account = embedded::find_account(options.user);
  if (!account) return account.error();
  const auto folders = embedded::prepare_folders(options.data_dir, *account);
  if (!folders) return folders.error();
  const auto binaries = embedded::find_binaries(options.bin_dir, embedded::cluster_version(folders->cluster));
  if (!binaries) return binaries.error();
  auto log = embedded::LogFile::open(folders->log, max_log_bytes);
  if (!log) return log.error();

  if (const auto ended = embedded::end_leftover(*folders); !ended) return ended.error();
  if (const auto made = embedded::make_cluster(*folders, *binaries, *account, log->fd()); !made) return made.error();
  if (const auto tuned = embedded::write_tuning(*folders, *account); !tuned) return tuned.error();

  auto impl = std::make_unique<Impl>();
  impl->socket_folder = folders->socket;
  impl->conninfo = conninfo_for(folders->socket, embedded::owner);
  impl->supervisor = std::make_unique<embedded::Supervisor>(
      embedded::Command{.program = binaries->bin_dir / "postgres",
                        .arguments = embedded::fixed_arguments(folders->cluster, folders->socket),
                        .directory = folders->root},
      *account, std::move(*log), options.shutdown_timeout);
  auto connection = await_start(*impl->supervisor, *folders, options.start_timeout);
  if (!connection) return connection.error();
  try {
    create_database(*connection);
  } catch (const DatabaseError& error) {
    return Error{Errc::unavailable, std::string("the embedded Postgres does not make its database: ") + error.what()};
  }
  spdlog::info("embedded Postgres {} runs as user id {} on {}, socket in {}", binaries->version, account->uid,
               folders->cluster.string(), folders->socket.string());
  return std::unique_ptr<EmbeddedPostgres>(new EmbeddedPostgres(std::move(impl)));
}

EmbeddedPostgres::EmbeddedPostgres(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EmbeddedPostgres::~EmbeddedPostgres() = default;

void EmbeddedPostgres::stop() {
  impl_->stop();
}
const std::string& EmbeddedPostgres::conninfo() const {
  return impl_->conninfo;
}
pid_t EmbeddedPostgres::pid() const {
  return impl_->supervisor ? impl_->supervisor->pid() : 0;
}
unsigned EmbeddedPostgres::restarts() const {
  return impl_->supervisor ? impl_->supervisor->ends() : 0;
}

}  // namespace pico::storage
