#pragma once
#include <algorithm>
#include <cstring>
#include <map>

#include "files.hpp"

namespace pico::journal {

using MemoryBytes = std::vector<std::byte>;

/// A file that can be read only.
class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::shared_ptr<const MemoryBytes> bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::span<std::byte> out, std::uint64_t offset) const override {
    if (offset >= bytes_->size()) return std::size_t{0};
    const auto size = std::min<std::size_t>(out.size(), bytes_->size() - offset);
    std::memcpy(out.data(), bytes_->data() + offset, size);
    return size;
  }
  Result<void> write(std::span<const std::byte>, std::uint64_t) override { return {}; }
  Result<void> reserve(std::uint64_t) override { return {}; }
  Result<void> sync() override { return {}; }

 private:
  const std::shared_ptr<const MemoryBytes> bytes_;
};

/// A directory in RAM, with what the recovery and the readers ask for.
class MemoryFiles final : public Files {
 public:
  void put(const std::string& name, MemoryBytes bytes) { files_[name] = std::make_shared<const MemoryBytes>(std::move(bytes)); }

  Result<void> create_directory(const Path&) override { return {}; }
  Result<std::shared_ptr<void>> lock(const Path&) override { return std::shared_ptr<void>(); }
  Result<std::vector<std::string>> list(const Path&) override {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files_) names.push_back(name);
    return names;
  }
  Result<std::uint64_t> size(const Path& path) override { return files_.at(path.filename().string())->size(); }
  Result<std::unique_ptr<File>> create(const Path&) override { return Error{Errc::io, "read only"}; }
  Result<std::unique_ptr<File>> open(const Path& path) override {
    return std::unique_ptr<File>(std::make_unique<MemoryFile>(files_.at(path.filename().string())));
  }
  Result<void> rename(const Path&, const Path&) override { return {}; }
  Result<void> remove(const Path&) override { return {}; }
  Result<void> sync_directory(const Path&) override { return {}; }
  Result<DiskSpace> space(const Path&) override { return DiskSpace{1ull << 40, 1ull << 40}; }
  [[nodiscard]] TimePoint now() const override { return {}; }

 private:
  std::map<std::string, std::shared_ptr<const MemoryBytes>> files_;
};

}  // namespace pico::journal
