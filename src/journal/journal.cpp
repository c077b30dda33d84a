#include "pico/journal/journal.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "catalogue.hpp"
#include "committer.hpp"
#include "files.hpp"
#include "format.hpp"
#include "metrics.hpp"
#include "pico/core/hash.hpp"
#include "reader.hpp"
#include "recovery.hpp"
#include "supply.hpp"

namespace pico::journal {
namespace {

constexpr std::uint64_t smallest_segment = 8 << 10;

/// Puts the parts together; the work is done in them.
class JournalImpl final : public Journal {
 public:
  JournalImpl(const Options& options, const Metrics& metrics, std::shared_ptr<Files> files, std::shared_ptr<void> lock,
              std::shared_ptr<Catalogue> catalogue, const SegmentName& first_name)
      : epoch_(first_name.epoch),
        lock_(std::move(lock)),
        files_(std::move(files)),
        catalogue_(std::move(catalogue)),
        supply_(files_, catalogue_, options),
        committer_(files_, catalogue_, supply_, options, first_name, metrics) {}
  ~JournalImpl() override { JournalImpl::stop(); }

  void submit(Group group) override { committer_.submit(std::move(group)); }
  State state() const override { return committer_.state(); }
  std::string problem() const override { return committer_.problem(); }
  std::chrono::milliseconds oldest_wait() const override { return committer_.oldest_wait(); }
  EpochId epoch() const override { return epoch_; }
  Sequence durable() const override { return catalogue_->durable(); }
  std::uint64_t bytes() const override { return catalogue_->bytes(); }
  std::vector<EpochInfo> epochs() const override { return catalogue_->epochs(); }
  std::unique_ptr<Reader> reader(const EpochId& epoch) override { return make_reader(files_, catalogue_, epoch); }

  void release(const EpochId& epoch, Sequence sequence) override {
    catalogue_->release(epoch, sequence, files_->now());
    supply_.tidy();
  }

  void stop() override {
    committer_.stop();
    catalogue_->stop();
  }

 private:
  const EpochId epoch_;
  const std::shared_ptr<void> lock_;
  const std::shared_ptr<Files> files_;
  const std::shared_ptr<Catalogue> catalogue_;
  Supply supply_;
  Committer committer_;
};

Result<void> check(const Options& options) {
  if (options.segment_bytes < smallest_segment) return Error{Errc::invalid, "A journal segment needs at least 8 KiB."};
  if (options.max_bytes < options.segment_bytes) {
    return Error{Errc::invalid, "The journal must be allowed to grow to the size of one segment at least."};
  }
  return {};
}

/// A new epoch sorts behind the old ones, even if the clock went back.
SegmentName new_epoch(std::int64_t newest_created_ms) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto created = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(now).count(), newest_created_ms + 1);
  return {created, *EpochId::from_hex(random_hex(std::tuple_size_v<decltype(EpochId::bytes)>)), 0};
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const Options& options, metrics::Registry& registry) {
  return open(options, registry, system_files());
}

Result<std::unique_ptr<Journal>> Journal::open(const Options& options, metrics::Registry& registry,
                                               std::shared_ptr<Files> files) {
  initialise_crypto();
  if (const auto good = check(options); !good) return good.error();
  if (const auto created = files->create_directory(options.directory); !created) return created.error();
  auto lock = files->lock(options.directory / "lock");
  if (!lock) return lock.error();
  auto recovered = recover(*files, options.directory);
  if (!recovered) return recovered.error();

  const Metrics metrics(registry);
  auto catalogue = std::make_shared<Catalogue>(metrics);
  for (auto& old : recovered->epochs) {
    spdlog::info("journal: epoch {} of an earlier start has records up to number {}.", old.id.hex(), old.last);
    catalogue->add(std::move(old));
  }
  const auto first_name = new_epoch(recovered->newest_created_ms);
  Epoch live;
  live.id = first_name.epoch;
  live.live = true;
  catalogue->add(std::move(live));
  return std::unique_ptr<Journal>(
      std::make_unique<JournalImpl>(options, metrics, std::move(files), std::move(*lock), std::move(catalogue), first_name));
}

}  // namespace pico::journal
