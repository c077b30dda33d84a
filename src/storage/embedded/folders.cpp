#include "folders.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "pico/core/hash.hpp"

namespace pico::storage::embedded {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_socket_path = 107;
constexpr std::string_view socket_name = "/.s.PGSQL.5432";

Error io_error(const fs::path& path, const char* action) {
  return Error{Errc::io, fmt::format("cannot {} {}: {}", action, path.string(), std::strerror(errno))};
}

bool may_enter(const struct stat& folder, const Account& account) {
  if (account.uid == 0) return true;
  if (folder.st_uid == account.uid) return (folder.st_mode & S_IXUSR) != 0;
  const auto& groups = account.groups;
  const bool member = folder.st_gid == account.gid || std::find(groups.begin(), groups.end(), folder.st_gid) != groups.end();
  return (folder.st_mode & (member ? S_IXGRP : S_IXOTH)) != 0;
}

/// Postgres' user must be able to walk down to its folder.
Result<void> check_way_to(const fs::path& folder, const Account& account) {
  for (auto parent = folder.parent_path();; parent = parent.parent_path()) {
    struct stat status {};
    if (stat(parent.c_str(), &status) != 0) return io_error(parent, "look at");
    if (!may_enter(status, account)) {
      return Error{Errc::io,
                   fmt::format("the embedded Postgres runs as user id {} and may not enter {}; allow it (chmod o+x), or choose "
                               "another dataDir",
                               account.uid, parent.string())};
    }
    if (parent == parent.root_path()) return {};
  }
}

/// A folder of Postgres' user that nobody else can enter. One that is there already must be just that: in /tmp anybody could have
/// made it, or a link in its place.
Result<void> make_private(const fs::path& folder, const Account& account) {
  if (mkdir(folder.c_str(), 0700) == 0) {
    if (account.change && chown(folder.c_str(), account.uid, account.gid) != 0) return io_error(folder, "give away");
  } else if (errno != EEXIST) {
    return io_error(folder, "create");
  }
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return Error{Errc::io, folder.string() + " is not a folder"};
  if (status.st_uid != account.uid) {
    return Error{Errc::conflict,
                 fmt::format("{} belongs to user id {}, but the embedded Postgres runs as {}; start the server as before, "
                             "or change the owner of that folder and all in it",
                             folder.string(), status.st_uid, account.uid)};
  }
  if ((status.st_mode & 0077) != 0 && chmod(folder.c_str(), 0700) != 0) return io_error(folder, "close to others");
  return {};
}

}  // namespace

fs::path socket_folder(const fs::path& root, const Account& account) {
  const auto inside = (root / "run").string();
  const bool plain =
      inside.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-") == std::string::npos;
  if (plain && inside.size() + socket_name.size() <= max_socket_path) return inside;
  static const HashKey fixed_key;  // any: the hash only has to differ between data folders
  KeyedHasher hasher(fixed_key);
  const auto digest = hasher.field(root.string()).digest();
  return fs::path(access("/run", W_OK) == 0 ? "/run" : "/tmp") / fmt::format("picolytics-{}-{:016x}", account.uid, digest);
}

Result<Folders> prepare_folders(const fs::path& data_dir, const Account& account) {
  std::error_code error;
  fs::create_directories(data_dir, error);
  if (error) return Error{Errc::io, fmt::format("cannot create {}: {}", data_dir.string(), error.message())};
  const auto base = fs::canonical(data_dir, error);
  if (error) return Error{Errc::io, fmt::format("cannot use {}: {}", data_dir.string(), error.message())};

  const auto root = base / "postgres";
  const Folders folders{root, root / "data", root / "data.new", socket_folder(root, account), base / "postgres.log"};
  if (const auto way = check_way_to(root, account); !way) return way.error();
  for (const auto& folder : {folders.root, folders.socket}) {
    if (const auto made = make_private(folder, account); !made) return made.error();
  }
  return folders;
}

}  // namespace pico::storage::embedded
