#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pico/core/result.hpp"

/// What the journal asks of the operating system: a small interface, so that tests can make each operation fail or wait.
///
/// Every error is Errc::unavailable when there is no room on the disk, Errc::io otherwise, with a sentence that names the file.
namespace pico::journal {

/// An open file; closed by the destructor. Reads may run beside writes to other places of the file.
class File {
 public:
  virtual ~File() = default;
  /// Reads at `offset` until `out` is full or the file ends; returns the number of bytes. Fails when any of them cannot be read.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> out, std::uint64_t offset) const = 0;
  /// Writes everything, or fails with an unknown part of it written.
  virtual Result<void> write(std::span<const std::byte> bytes, std::uint64_t offset) = 0;
  /// Reserves room, so that writing within it cannot run out of it. Does nothing where the file system cannot.
  virtual Result<void> reserve(std::uint64_t bytes) = 0;
  /// fdatasync. After a failure the written bytes may or may not be on disk, and a second call proves nothing.
  virtual Result<void> sync() = 0;
};

struct DiskSpace {
  std::uint64_t available = 0;  ///< bytes for us
  std::uint64_t total = 0;      ///< bytes of the file system
};

/// Thread-safe.
class Files {
 public:
  using Path = std::filesystem::path;
  using TimePoint = std::chrono::steady_clock::time_point;

  virtual ~Files() = default;
  virtual Result<void> create_directory(const Path& directory) = 0;
  /// Held until the handle is destroyed or the process ends. Errc::conflict: another one holds it.
  virtual Result<std::shared_ptr<void>> lock(const Path& path) = 0;
  /// Names of the plain files in a directory.
  virtual Result<std::vector<std::string>> list(const Path& directory) = 0;
  virtual Result<std::uint64_t> size(const Path& path) = 0;
  /// Creates a new file for reading and writing.
  virtual Result<std::unique_ptr<File>> create(const Path& path) = 0;
  /// Opens a file for reading. Errc::unavailable here: for no reason in the file or the disk (no descriptors, no memory, no permission).
  virtual Result<std::unique_ptr<File>> open(const Path& path) = 0;
  virtual Result<void> rename(const Path& from, const Path& to) = 0;
  virtual Result<void> remove(const Path& path) = 0;
  /// Makes creations, renames and removals in the directory durable.
  virtual Result<void> sync_directory(const Path& directory) = 0;
  virtual Result<DiskSpace> space(const Path& directory) = 0;
  /// The time that Options::keep and the back-off after failures are measured by.
  [[nodiscard]] virtual TimePoint now() const = 0;
};

/// The real ones.
std::shared_ptr<Files> system_files();

}  // namespace pico::journal
