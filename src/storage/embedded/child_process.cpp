#include "child_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pico::storage::embedded {
namespace {

/// Everything the child needs, made before the fork: between fork and exec a child of a program with threads may only make system
/// calls (another thread may hold the allocator's lock).
struct Prepared {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  sigset_t no_signals;
  pid_t parent;
};

void default_signals(const sigset_t& none) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) sigaction(signal, &action, nullptr);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void close_other_files() {
  if (syscall(SYS_close_range, 3U, ~0U, 0U) == 0) return;
  for (int fd = 3; fd < 65536; ++fd) close(fd);
}

/// The raw calls: glibc's wrappers would try to change the parent's other threads, too.
bool become(const Account& account) {
  return syscall(SYS_setgroups, account.groups.size(), account.groups.data()) == 0 && syscall(SYS_setgid, account.gid) == 0 &&
         syscall(SYS_setuid, account.uid) == 0;
}

[[noreturn]] void run_child(const Command& command, const Account& account, const Prepared& prepared) {
  setsid();
  const int null = open("/dev/null", O_RDWR);
  if (null < 0) _exit(123);
  dup2(null, 0);
  dup2(command.output >= 0 ? command.output : null, 1);
  dup2(1, 2);
  close_other_files();
  default_signals(prepared.no_signals);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (account.change && !become(account)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGINT);               // after the change of user, which clears it
  if (getppid() != prepared.parent) _exit(125);  // the parent died before the line above
  umask(077);
  if (chdir(command.directory.c_str()) != 0) _exit(124);
  execve(command.program.c_str(), prepared.arguments.data(), prepared.environment.data());
  _exit(127);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

int open_pidfd(pid_t pid) {
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

}  // namespace

Result<Account> find_account(const std::string& user) {
  const bool root = geteuid() == 0;
  const passwd* entry = root ? getpwnam(user.c_str()) : getpwuid(geteuid());
  if (entry == nullptr) {
    return Error{Errc::not_found,
                 root ? "Postgres refuses to run as root and there is no user '" + user +
                            "' to run it as (the Debian package 'postgresql' makes one)"
                      : "user id " + std::to_string(geteuid()) + " has no name in /etc/passwd, which initdb needs"};
  }
  Account account{entry->pw_uid, entry->pw_gid, {}, root};
  int count = 64;
  account.groups.resize(64);
  if (getgrouplist(entry->pw_name, entry->pw_gid, account.groups.data(), &count) < 0)
    count = 1;  // absurdly many: the main one will do
  account.groups[0] = count == 1 ? account.gid : account.groups[0];
  account.groups.resize(static_cast<std::size_t>(count));
  return account;
}

Result<pid_t> start_child(const Command& command, const Account& account) {
  std::vector<std::string> arguments{command.program.string()};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  // Nothing of ours: PG* variables would redirect Postgres, and HOME makes its own clients look for root's certificates.
  const std::vector<std::string> environment{"PATH=/usr/bin:/bin", "HOME=" + command.directory.string(), "LC_ALL=C.UTF-8",
                                             "TZ=UTC"};
  Prepared prepared{pointers(arguments), pointers(environment), {}, getpid()};
  sigemptyset(&prepared.no_signals);
  const pid_t pid = fork();
  if (pid == 0) run_child(command, account, prepared);
  if (pid < 0) return Error{Errc::unavailable, "cannot start " + command.program.string() + ": " + std::strerror(errno)};
  return pid;
}

std::optional<int> wait_for_child(pid_t pid, std::chrono::milliseconds timeout) {
  wait_for_process(pid, timeout);
  int status = 0;
  return waitpid(pid, &status, WNOHANG) == pid ? std::optional(status) : std::nullopt;
}

bool wait_for_process(pid_t pid, std::chrono::milliseconds timeout) {
  const int fd = open_pidfd(pid);
  if (fd < 0) return true;
  pollfd ended{fd, POLLIN, 0};
  const bool over = poll(&ended, 1, static_cast<int>(timeout.count())) == 1;
  close(fd);
  return over;
}

std::string describe_status(int status) {
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status)) : "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace pico::storage::embedded
