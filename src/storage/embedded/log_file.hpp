#pragma once
#include <filesystem>

#include "pico/core/result.hpp"

namespace pico::storage::embedded {

/// A file that Postgres writes its log to, appending, and that never grows far beyond `max_bytes`: then its content moves to
/// `<name>.1`, whose content is lost.
class LogFile {
 public:
  static Result<LogFile> open(const std::filesystem::path& path, std::uintmax_t max_bytes);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&&) = delete;
  ~LogFile();

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Postgres keeps its descriptor, so the file itself stays and is emptied. Call every few seconds.
  void bound() const;

 private:
  LogFile(std::filesystem::path path, std::uintmax_t max_bytes, int fd);
  std::filesystem::path path_;
  std::uintmax_t max_bytes_;
  int fd_;
};

}  // namespace pico::storage::embedded
