#include "folder_identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <string>

#include "pico/core/hash.hpp"

namespace pico::app {

std::array<std::uint8_t, 16> folder_identity(const std::filesystem::path& file) {
  struct statx status {};
  std::string facts;
  if (statx(AT_FDCWD, file.c_str(), 0, STATX_INO | STATX_BTIME, &status) == 0) {
    facts = std::to_string(status.stx_ino);
    // No copy is born at the same nanosecond; where the file system does not know, its own number has to do.
    if ((status.stx_mask & STATX_BTIME) != 0)
      facts += " " + std::to_string(status.stx_btime.tv_sec) + "." + std::to_string(status.stx_btime.tv_nsec);
    else if (struct statvfs system {}; statvfs(file.c_str(), &system) == 0)
      facts += " on " + std::to_string(system.f_fsid);
  }
  const auto digest = sha256(facts);
  std::array<std::uint8_t, 16> identity{};
  std::copy_n(digest.begin(), identity.size(), identity.begin());
  return identity;
}

}  // namespace pico::app
