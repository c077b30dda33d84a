#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pico/core/result.hpp"

namespace pico::storage::embedded {

/// Whom a child runs as.
struct Account {
  uid_t uid;
  gid_t gid;
  std::vector<gid_t> groups;
  bool change = false;  ///< true: the child must become this user (we are root)
};

/// The account to run Postgres with: `user` when we are root, else our own. Errc::not_found when there is no such user (or no
/// name for our own id, which initdb insists on).
Result<Account> find_account(const std::string& user);

struct Command {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  int output = -1;  ///< becomes standard output and error
  std::filesystem::path directory = "/";
};

/// Starts a child in a session of its own (a terminal's signals pass it by), with a bare environment, no open files but its
/// output and default signal handling. When the *thread* that calls this ends, the kernel sends the child SIGINT.
Result<pid_t> start_child(const Command& command, const Account& account);

/// Its wait status once it has ended; nullopt when it is still running after `timeout`.
std::optional<int> wait_for_child(pid_t pid, std::chrono::milliseconds timeout);

/// Waits for the end of a process that need not be a child. False: still running after `timeout`.
bool wait_for_process(pid_t pid, std::chrono::milliseconds timeout);

/// `exit code 1`, `signal 9`
std::string describe_status(int status);

}  // namespace pico::storage::embedded
