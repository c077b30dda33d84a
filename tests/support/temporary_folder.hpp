#pragma once
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>

namespace pico::test {

/// A folder of its own under /tmp that everybody may enter; removed with all in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = "/tmp/pico-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr || chmod(name.c_str(), 0755) != 0) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace pico::test
