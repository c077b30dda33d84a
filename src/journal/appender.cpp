#include "appender.hpp"

#include <algorithm>
#include <utility>

namespace pico::journal {
namespace {

std::size_t largest_group_in(std::uint64_t segment_bytes) {
  const auto room = (segment_bytes - segment_header_bytes) / block_alignment * block_alignment;
  return static_cast<std::size_t>(std::min<std::uint64_t>(room, max_block_bytes)) - block_header_bytes;
}

}  // namespace

Appender::Appender(std::shared_ptr<Files> files, std::shared_ptr<Catalogue> catalogue, Supply& supply, const Options& options,
                   const SegmentName& first_name)
    : files_(std::move(files)),
      catalogue_(std::move(catalogue)),
      supply_(supply),
      options_(options),
      largest_group_(largest_group_in(options.segment_bytes)),
      name_(first_name) {}

bool Appender::fits(std::size_t group_bytes) const {
  return file_ != nullptr && offset_ + block_bytes(group_bytes) <= options_.segment_bytes;
}

Result<void> Appender::open_segment(std::size_t group_bytes) {
  if (fits(group_bytes)) return {};
  if (file_) close();
  auto spare = supply_.take();
  if (!spare) return spare.error();
  const auto path = spare->path;
  auto started = start(std::move(*spare));
  if (!started) (void)files_->remove(path);  // a start removes it, if this cannot
  return started;
}

/// The header is durable under the spare's name before the file gets a segment's name: no crash leaves a segment without one.
Result<void> Appender::start(Spare spare) {
  const auto header = encode_segment_header({name_.epoch, name_.index, next_, durable_, synced_});
  if (auto written = spare.file->write(header, 0); !written) return written;
  if (auto synced = spare.file->sync(); !synced) return synced;
  const auto path = options_.directory / name_.text();
  if (auto renamed = files_->rename(spare.path, path); !renamed) return renamed;
  ++name_.index;  // the name is taken, even if the directory's sync fails
  if (auto synced = files_->sync_directory(options_.directory); !synced) {
    (void)files_->remove(path);
    return synced;
  }
  file_ = std::move(spare.file);
  offset_ = synced_ = header.size();
  catalogue_->start_segment(
      {path, name_.index - 1, next_, durable_, durable_, synced_, options_.segment_bytes, false, std::nullopt, false});
  supply_.prepare_next();
  return {};
}

Result<std::size_t> Appender::write(std::span<const Group> groups) {
  std::size_t done = 0;
  while (done < groups.size()) {
    std::size_t bytes = 0, n = done;
    for (; n < groups.size(); ++n) {
      const auto with = bytes + groups[n].framed.size();
      if (with > largest_group_ || !fits(with)) break;
      bytes = with;
    }
    if (n == done) break;  // the segment is full
    if (bytes > 0) {
      if (auto written = write_block(groups.subspan(done, n - done)); !written) {
        close();
        return written.error();
      }
    }
    done = n;
  }
  return done;
}

Result<void> Appender::write_block(std::span<const Group> groups) {
  block_.clear();
  const auto start = begin_block(block_);
  std::uint32_t records = 0;
  for (const auto& group : groups) {
    block_.insert(block_.end(), group.framed.begin(), group.framed.end());
    records += group.records;
  }
  seal_block(block_, start, name_.epoch, next_, records);
  next_ += records;  // used up, whatever becomes of them
  auto written = file_->write(block_, offset_);
  offset_ += block_.size();
  return written;
}

Result<void> Appender::sync() {
  if (offset_ == synced_) return {};
  if (auto synced = file_->sync(); !synced) {
    close();
    return synced;
  }
  synced_ = offset_;
  durable_ = next_ - 1;
  catalogue_->publish(synced_, durable_);
  return {};
}

void Appender::close() {
  file_.reset();
  catalogue_->close_segment(files_->now());
}

}  // namespace pico::journal
