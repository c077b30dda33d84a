#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "files.hpp"

namespace pico::journal {

enum class Op { create, open, read, write, reserve, sync, rename, remove, sync_directory };

/// Which operations fail: the `times` that come after `skip` others of the kind. Only those of the journal thread, unless
/// `anywhere`.
struct Fault {
  Op op;
  int skip = 0;
  int times = 1;
  Errc code = Errc::io;
  bool anywhere = false;
};

/// The real files, with faults, a clock and a disk size that tests set, and syncs that wait until they are told to go on.
/// A write that fails has written its first half.
class FaultyFiles final : public Files {
 public:
  void fail(Fault fault);
  void heal();
  void set_space(DiskSpace space);
  void advance(std::chrono::nanoseconds time) { clock_ += time.count(); }

  /// From now on syncs of the journal thread wait.
  void hold_syncs();
  void wait_until_a_sync_is_held();
  void let_syncs_go();

  Result<void> create_directory(const Path& directory) override { return real_->create_directory(directory); }
  Result<std::shared_ptr<void>> lock(const Path& path) override { return real_->lock(path); }
  Result<std::vector<std::string>> list(const Path& directory) override { return real_->list(directory); }
  Result<std::uint64_t> size(const Path& path) override { return real_->size(path); }
  Result<std::unique_ptr<File>> create(const Path& path) override;
  Result<std::unique_ptr<File>> open(const Path& path) override;
  Result<void> rename(const Path& from, const Path& to) override;
  Result<void> remove(const Path& path) override;
  Result<void> sync_directory(const Path& directory) override;
  Result<DiskSpace> space(const Path& directory) override;
  TimePoint now() const override { return TimePoint(std::chrono::nanoseconds(clock_.load())); }

  /// Of FaultyFile: what is wrong with this operation, if anything.
  std::optional<Error> fault(Op op);
  void wait_while_held();

 private:
  const std::shared_ptr<Files> real_ = system_files();
  std::atomic<std::int64_t> clock_{std::chrono::nanoseconds(std::chrono::hours(1)).count()};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Fault> faults_;
  std::optional<DiskSpace> space_;
  bool hold_ = false;
  int held_ = 0;
};

}  // namespace pico::journal
