#include "cluster.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "settings.hpp"

namespace pico::storage::embedded {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

Error failed(const fs::path& path, const char* action) {
  return Error{Errc::io, std::string("cannot ") + action + " " + path.string() + ": " + std::strerror(errno)};
}

/// Replaces a file of the cluster and gives it to Postgres' user.
Result<void> write_file(const fs::path& path, const std::string& content, const Account& account, int mode) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | mode, 0600);
  if (fd < 0) return failed(path, "open");
  const bool written = write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
                       (!account.change || fchown(fd, account.uid, account.gid) == 0);
  const auto error = failed(path, "write");
  close(fd);
  if (!written) return error;
  return {};
}

/// The process id in the cluster's postmaster.pid when that process is a postmaster of this very cluster; else 0. (The number can
/// belong to anybody by now; in a container it nearly always does.)
pid_t running_postmaster(const fs::path& cluster) {
  pid_t pid = 0;
  std::ifstream(cluster / "postmaster.pid") >> pid;
  if (pid <= 1) return 0;
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
  const std::string command((std::istreambuf_iterator<char>(file)), {});
  const auto separated = std::string(1, '\0') + "-D" + '\0' + cluster.string() + '\0';
  return command.find(separated) != std::string::npos ? pid : 0;
}

}  // namespace

Result<void> make_cluster(const Folders& folders, const Binaries& binaries, const Account& account, int log_fd) {
  if (cluster_version(folders.cluster) != 0) return {};
  std::error_code error;
  fs::remove_all(folders.fresh, error);
  const auto child = start_child({.program = binaries.bin_dir / "initdb",
                                  .arguments = {"-D", folders.fresh.string(), "-U", owner, "-E", "UTF8", "--locale=C.UTF-8",
                                                "--data-checksums", "--auth-local=trust", "--auth-host=reject"},
                                  .output = log_fd,
                                  .directory = folders.root},
                                 account);
  if (!child) return child.error();
  const auto status = wait_for_child(*child, 5min);
  if (!status || *status != 0) {
    return Error{Errc::unavailable, "initdb failed (" + (status ? describe_status(*status) : std::string("it hangs")) +
                                        "); see " + folders.log.string()};
  }
  const auto included =
      write_file(folders.fresh / "postgresql.conf", "\ninclude_if_exists = 'picolytics.conf'\n", account, O_APPEND);
  if (!included) return included;
  fs::rename(folders.fresh, folders.cluster, error);
  if (error) return Error{Errc::io, "cannot rename " + folders.fresh.string() + ": " + error.message()};
  spdlog::info("made a database cluster of Postgres {} in {}", binaries.version, folders.cluster.string());
  return {};
}

Result<void> write_tuning(const Folders& folders, const Account& account) {
  return write_file(folders.cluster / "picolytics.conf", tuning(this_machine()), account, O_TRUNC);
}

Result<void> end_leftover(const Folders& folders) {
  if (const pid_t pid = running_postmaster(folders.cluster); pid != 0) {
    spdlog::warn("a Postgres (process {}) still runs on {}: ending it", pid, folders.cluster.string());
    end_postmaster(pid, 10s);
    if (running_postmaster(folders.cluster) == pid) {
      return Error{Errc::unavailable,
                   "a Postgres (process " + std::to_string(pid) + ") on " + folders.cluster.string() + " cannot be ended"};
    }
  }
  std::error_code error;
  for (const auto& file :
       {folders.cluster / "postmaster.pid", folders.socket / ".s.PGSQL.5432", folders.socket / ".s.PGSQL.5432.lock"}) {
    fs::remove(file, error);
    if (error) return Error{Errc::io, "cannot remove " + file.string() + ": " + error.message()};
  }
  return {};
}

void end_postmaster(pid_t pid, std::chrono::milliseconds patience) {
  kill(pid, SIGINT);
  if (wait_for_process(pid, patience)) return;
  kill(pid, SIGQUIT);
  if (wait_for_process(pid, 3s)) return;
  kill(pid, SIGKILL);
  wait_for_process(pid, 3s);
}

}  // namespace pico::storage::embedded
