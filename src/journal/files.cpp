#include "files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace pico::journal {
namespace {

/// Built from errno, so call it before anything that changes that.
Error failure(const char* what, const std::filesystem::path& path) {
  const int code = errno;
  const bool no_room = code == ENOSPC || code == EDQUOT;
  return {no_room ? Errc::unavailable : Errc::io,
          "Cannot " + std::string(what) + " " + path.string() + ": " + std::generic_category().message(code) + "."};
}

/// Failures to open that say nothing of the file.
bool is_of_the_process(int code) {
  return code == EMFILE || code == ENFILE || code == ENOMEM || code == EACCES || code == EPERM;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

class SystemFile final : public File {
 public:
  SystemFile(Descriptor fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read(std::span<std::byte> out, std::uint64_t offset) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const auto n = ::pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure("read", path_);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Result<void> write(std::span<const std::byte> bytes, std::uint64_t offset) override {
    while (!bytes.empty()) {
      const auto n = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure("write", path_);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  Result<void> reserve(std::uint64_t bytes) override {
    if (::fallocate(fd_.get(), 0, 0, static_cast<off_t>(bytes)) == 0 || errno == EOPNOTSUPP) return {};
    return failure("reserve room for", path_);
  }

  Result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0) return failure("sync", path_);
    return {};
  }

 private:
  Descriptor fd_;
  std::filesystem::path path_;
};

class SystemFiles final : public Files {
 public:
  Result<void> create_directory(const Path& directory) override {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return Error{Errc::io, "Cannot create " + directory.string() + ": " + error.message() + "."};
    return {};
  }

  Result<std::shared_ptr<void>> lock(const Path& path) override {
    auto fd = std::make_shared<Descriptor>(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd->valid()) return failure("open", path);
    if (::flock(fd->get(), LOCK_EX | LOCK_NB) == 0) return std::shared_ptr<void>(std::move(fd));
    if (errno != EWOULDBLOCK) return failure("lock", path);
    return Error{Errc::conflict, "Another process uses the journal in " + path.parent_path().string() +
                                     " (it holds the lock on " + path.string() +
                                     "). Stop it, or give this one a data directory of its own."};
  }

  Result<std::vector<std::string>> list(const Path& directory) override {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator it(directory, error);
    for (; !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
      if (it->is_regular_file(error)) names.push_back(it->path().filename().string());
    }
    if (error) return Error{Errc::io, "Cannot list " + directory.string() + ": " + error.message() + "."};
    return names;
  }

  Result<std::uint64_t> size(const Path& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return failure("look at", path);
    return static_cast<std::uint64_t>(status.st_size);
  }

  Result<std::unique_ptr<File>> create(const Path& path) override {
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.valid()) return failure("create", path);
    return std::unique_ptr<File>(std::make_unique<SystemFile>(std::move(fd), path));
  }
  Result<std::unique_ptr<File>> open(const Path& path) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.valid()) return std::unique_ptr<File>(std::make_unique<SystemFile>(std::move(fd), path));
    const bool ours = is_of_the_process(errno);
    auto error = failure("open", path);
    if (ours) error.code = Errc::unavailable;
    return error;
  }

  Result<void> rename(const Path& from, const Path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return failure("rename", from);
    return {};
  }

  Result<void> remove(const Path& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failure("remove", path);
    return {};
  }

  Result<void> sync_directory(const Path& directory) override {
    const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid() || ::fsync(fd.get()) != 0) return failure("sync", directory);
    return {};
  }

  Result<DiskSpace> space(const Path& directory) override {
    struct statvfs status {};
    if (::statvfs(directory.c_str(), &status) != 0) return failure("measure the free space of", directory);
    return DiskSpace{status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize};
  }

  TimePoint now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

std::shared_ptr<Files> system_files() {
  return std::make_shared<SystemFiles>();
}

}  // namespace pico::journal
