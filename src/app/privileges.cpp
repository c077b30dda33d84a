#include "privileges.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ownership.hpp"

namespace pico::app {
namespace {

namespace fs = std::filesystem;

const passwd* unprivileged_user() {
  for (const char* name : {"picolytics", "postgres"})
    if (const auto* user = getpwnam(name)) return user;
  return nullptr;
}

Result<void> become(const passwd& user) {
  if (initgroups(user.pw_name, user.pw_gid) != 0 || setgid(user.pw_gid) != 0 || setuid(user.pw_uid) != 0)
    return Error{Errc::io, fmt::format("cannot become user {}: {}", user.pw_name, std::strerror(errno))};
  return {};
}

}  // namespace

Result<void> enter_data_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return Error{Errc::io, fmt::format("cannot make dataDir {}: {}", directory.string(), error.message())};
  if (geteuid() == 0) {
    const auto* user = unprivileged_user();
    if (user == nullptr)
      return Error{Errc::not_found, "started as root, but there is no user picolytics or postgres to become: make one (adduser --system picolytics), or start "
                                    "as another user"};
    if (auto given = give_tree(directory, user->pw_uid, user->pw_gid); !given) return given;
    if (auto done = become(*user); !done) return done;
    spdlog::info("gave root's rights up for those of {}", user->pw_name);
  }
  if (access(directory.c_str(), R_OK | W_OK | X_OK) != 0)
    return Error{Errc::io, fmt::format("dataDir {} cannot be used: {}. Choose a folder that this user may enter and write (DATA_DIR)", directory.string(),
                                       std::strerror(errno))};
  return {};
}

void forbid_core_dumps() {
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

}  // namespace pico::app
