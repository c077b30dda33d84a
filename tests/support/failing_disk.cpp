// Preloaded into the server by a test: what the file named by FAILING_DISK holds is how the disk fails while the file is there.
//   fdatasync   every sync fails, as on a disk that is dying (EIO)
//   read-only   nothing in DATA_DIR can be changed, as after the kernel has remounted a file system that it found faulty (EROFS)
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int real_open(const char* path, int flags, mode_t mode) {
  static const auto real = next<int(const char*, int, ...)>("open");
  return real(path, flags, mode);
}

bool fails(const char* how) {
  const char* name = std::getenv("FAILING_DISK");
  const int file = name == nullptr ? -1 : real_open(name, O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return false;
  char text[16] = {};
  const bool read_any = read(file, text, sizeof text - 1) > 0;
  close(file);
  return read_any && std::strcmp(text, how) == 0;
}

/// True, with errno set, when the path is in the data directory and that is read-only.
bool refuses(const char* path) {
  const char* directory = std::getenv("DATA_DIR");
  if (directory == nullptr || std::strncmp(path, directory, std::strlen(directory)) != 0 || !fails("read-only")) return false;
  errno = EROFS;
  return true;
}

bool refuses_writes() {
  if (!fails("read-only")) return false;
  errno = EROFS;
  return true;
}

}  // namespace

extern "C" {

int fdatasync(int fd) {
  if (fails("fdatasync")) {
    errno = EIO;
    return -1;
  }
  return refuses_writes() ? -1 : next<int(int)>("fdatasync")(fd);
}

int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & (O_CREAT | O_WRONLY | O_RDWR)) != 0 && refuses(path)) return -1;
  return real_open(path, flags, mode);
}

// Only the journal uses these two.
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return refuses_writes() ? -1 : next<ssize_t(int, const void*, size_t, off_t)>("pwrite")(fd, bytes, size, offset);
}
int fallocate(int fd, int mode, off_t offset, off_t length) {
  return refuses_writes() ? -1 : next<int(int, int, off_t, off_t)>("fallocate")(fd, mode, offset, length);
}

int rename(const char* from, const char* to) noexcept {
  return refuses(from) ? -1 : next<int(const char*, const char*)>("rename")(from, to);
}
int unlink(const char* path) noexcept {
  return refuses(path) ? -1 : next<int(const char*)>("unlink")(path);
}

}  // extern "C"
