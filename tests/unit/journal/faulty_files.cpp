#include "faulty_files.hpp"

#include <pthread.h>

#include <array>
#include <string_view>

namespace pico::journal {
namespace {

bool on_journal_thread() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return std::string_view(name.data()) == "journal";
}

class FaultyFile final : public File {
 public:
  FaultyFile(FaultyFiles& files, std::unique_ptr<File> real) : files_(files), real_(std::move(real)) {}

  Result<std::size_t> read(std::span<std::byte> out, std::uint64_t offset) const override {
    if (auto error = files_.fault(Op::read)) return *error;
    return real_->read(out, offset);
  }
  Result<void> write(std::span<const std::byte> bytes, std::uint64_t offset) override {
    const auto error = files_.fault(Op::write);
    auto written = real_->write(error ? bytes.first(bytes.size() / 2) : bytes, offset);
    if (error) return *error;
    return written;
  }
  Result<void> reserve(std::uint64_t bytes) override {
    if (auto error = files_.fault(Op::reserve)) return *error;
    return real_->reserve(bytes);
  }
  Result<void> sync() override {
    files_.wait_while_held();
    if (auto error = files_.fault(Op::sync)) return *error;
    return real_->sync();
  }

 private:
  FaultyFiles& files_;
  std::unique_ptr<File> real_;
};

Result<std::unique_ptr<File>> wrap(FaultyFiles& files, Result<std::unique_ptr<File>> file) {
  if (!file) return file.error();
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(files, std::move(*file)));
}

}  // namespace

void FaultyFiles::fail(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(fault);
}

void FaultyFiles::heal() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

void FaultyFiles::set_space(DiskSpace space) {
  const std::lock_guard lock(mutex_);
  space_ = space;
}

std::optional<Error> FaultyFiles::fault(Op op) {
  const std::lock_guard lock(mutex_);
  for (auto& fault : faults_) {
    if (fault.op != op || fault.times == 0 || (!fault.anywhere && !on_journal_thread())) continue;
    if (fault.skip-- > 0) continue;
    --fault.times;
    return Error{fault.code, "The test lets this fail."};
  }
  return std::nullopt;
}

void FaultyFiles::hold_syncs() {
  const std::lock_guard lock(mutex_);
  hold_ = true;
}

void FaultyFiles::wait_while_held() {
  if (!on_journal_thread()) return;
  std::unique_lock lock(mutex_);
  ++held_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !hold_; });
  --held_;
}

void FaultyFiles::wait_until_a_sync_is_held() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return hold_ && held_ > 0; });
}

void FaultyFiles::let_syncs_go() {
  const std::lock_guard lock(mutex_);
  hold_ = false;
  changed_.notify_all();
}

Result<std::unique_ptr<File>> FaultyFiles::create(const Path& path) {
  if (auto error = fault(Op::create)) return *error;
  return wrap(*this, real_->create(path));
}

Result<std::unique_ptr<File>> FaultyFiles::open(const Path& path) {
  if (auto error = fault(Op::open)) return *error;
  return wrap(*this, real_->open(path));
}

Result<void> FaultyFiles::rename(const Path& from, const Path& to) {
  if (auto error = fault(Op::rename)) return *error;
  return real_->rename(from, to);
}

Result<void> FaultyFiles::remove(const Path& path) {
  if (auto error = fault(Op::remove)) return *error;
  return real_->remove(path);
}

Result<void> FaultyFiles::sync_directory(const Path& directory) {
  if (auto error = fault(Op::sync_directory)) return *error;
  return real_->sync_directory(directory);
}

Result<DiskSpace> FaultyFiles::space(const Path& directory) {
  const std::lock_guard lock(mutex_);
  if (space_) return *space_;
  return real_->space(directory);
}

}  // namespace pico::journal
