#include "ownership.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace pico::app {
namespace {

namespace fs = std::filesystem;

struct Descriptor {
  int fd;
  explicit Descriptor(int opened) : fd(opened) {}
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

struct Owner {
  uid_t user;
  gid_t group;
};

Error failed(const fs::path& path) { return {Errc::io, fmt::format("cannot give {} away: {}", path.string(), std::strerror(errno))}; }

/// A link that somebody else has put in the directory's place could lead anywhere.
int open_top(const fs::path& directory) {
  struct stat status {};
  if (lstat(directory.c_str(), &status) != 0) return -1;
  if (S_ISLNK(status.st_mode) && status.st_uid != 0) return errno = ELOOP, -1;
  const int follow = S_ISLNK(status.st_mode) ? 0 : O_NOFOLLOW;
  return open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow);
}

/// What the descriptor holds, whatever its name leads to by now.
bool give(int held, const struct stat& status, Owner owner) {
  if (status.st_uid != 0 || (!S_ISDIR(status.st_mode) && status.st_nlink > 1)) return true;
  return fchownat(held, "", owner.user, owner.group, AT_EMPTY_PATH) == 0;
}

Result<void> give_below(int directory, const fs::path& path, Owner owner);

Result<void> give_entry(int directory, const char* name, const fs::path& path, Owner owner) {
  const Descriptor entry(openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (entry.fd < 0 && errno == ENOENT) return {};  // it went meanwhile
  struct stat status {};
  if (entry.fd < 0 || fstat(entry.fd, &status) != 0 || !give(entry.fd, status, owner)) return failed(path);
  if (!S_ISDIR(status.st_mode)) return {};
  const Descriptor below(openat(entry.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return below.fd < 0 ? failed(path) : give_below(below.fd, path, owner);
}

Result<void> give_below(int directory, const fs::path& path, Owner owner) {
  const int own = dup(directory);  // the stream closes its own
  const Directory entries(own < 0 ? nullptr : fdopendir(own));
  if (!entries) return failed(path);
  while (const auto* entry = readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (auto given = give_entry(directory, entry->d_name, path / name, owner); !given) return given;
  }
  return {};
}

}  // namespace

Result<void> give_tree(const fs::path& directory, uid_t user, gid_t group) {
  const Descriptor top(open_top(directory));
  if (top.fd < 0 || fchown(top.fd, user, group) != 0) return failed(directory);
  return give_below(top.fd, directory, {user, group});
}

}  // namespace pico::app
