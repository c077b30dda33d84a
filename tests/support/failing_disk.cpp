// Preloaded into the server by a test: while the file named by FAILING_DISK is there, fdatasync() fails like a disk that is dying.
#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

extern "C" int fdatasync(int fd) {
  const char* name = std::getenv("FAILING_DISK");
  if (name != nullptr && access(name, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  static const auto real = reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, "fdatasync"));
  return real(fd);
}
