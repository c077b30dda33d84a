#include "log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace pico::storage::embedded {

namespace fs = std::filesystem;

LogFile::LogFile(fs::path path, std::uintmax_t max_bytes, int fd) : path_(std::move(path)), max_bytes_(max_bytes), fd_(fd) {}
LogFile::LogFile(LogFile&& other) noexcept
    : path_(std::move(other.path_)), max_bytes_(other.max_bytes_), fd_(std::exchange(other.fd_, -1)) {}
LogFile::~LogFile() {
  if (fd_ >= 0) close(fd_);
}

Result<LogFile> LogFile::open(const fs::path& path, std::uintmax_t max_bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Error{Errc::io, "cannot open " + path.string() + ": " + std::strerror(errno)};
  return LogFile(path, max_bytes, fd);
}

void LogFile::bound() const {
  std::error_code failed;
  if (fs::file_size(path_, failed) <= max_bytes_ || failed) return;
  fs::copy_file(path_, path_.string() + ".1", fs::copy_options::overwrite_existing, failed);
  fs::resize_file(path_, 0, failed);  // also when the copy failed, for want of space above all
}

}  // namespace pico::storage::embedded
