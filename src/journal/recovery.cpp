#include "recovery.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "block_scanner.hpp"
#include "format.hpp"

namespace pico::journal {
namespace {

using Path = std::filesystem::path;

/// A segment file with what its header says; `header` is empty when it is damaged.
struct Found {
  Path path;
  SegmentName name;
  std::uint64_t size = 0;
  std::optional<SegmentHeader> header;
};

/// What a scan of the blocks found: the end of the last good one, and the range of records.
struct Extent {
  std::uint64_t length = segment_header_bytes;
  Sequence first = 0, last = 0;
};

Result<std::vector<SegmentName>> segment_names(Files& files, const Path& directory) {
  const auto listed = files.list(directory);
  if (!listed) return listed.error();
  std::vector<SegmentName> names;
  for (const auto& text : *listed) {
    if (const auto name = SegmentName::parse(text)) names.push_back(*name);
    if (!text.ends_with(unfinished_suffix)) continue;
    if (const auto removed = files.remove(directory / text); !removed) return removed.error();
  }
  std::ranges::sort(names, {}, [](const SegmentName& n) { return std::tuple(n.created_ms, n.epoch, n.index); });
  return names;
}

Result<Found> look_at(Files& files, const Path& directory, const SegmentName& name) {
  Found found{directory / name.text(), name, 0, std::nullopt};
  const auto size = files.size(found.path);
  if (!size) return size.error();
  found.size = *size;
  const auto file = files.open(found.path);
  if (!file) return file.error();
  std::vector<std::byte> bytes(segment_header_bytes);
  const auto n = (*file)->read(bytes, 0);
  if (!n) return n.error();
  SegmentHeader header;
  const auto fault = decode_segment_header(std::span(bytes).first(*n), header);
  if (fault == HeaderFault::newer || fault == HeaderFault::older) {
    const std::string path = found.path.string();
    return Error{Errc::invalid, "The journal segment " + path + " was written by " + (fault == HeaderFault::newer ? "a newer" : "an older") +
                                    " version. Start that version until the journal is drained (picolytics_writer_lag_records is 0), or go on "
                                    "without its events: mv " + path + " " + path + ".aside"};
  }
  if (fault == HeaderFault::none && header.epoch == name.epoch && header.index == name.index) {
    found.header = header;
  } else {
    spdlog::error("journal: the header of {} is damaged; its blocks are looked for one by one.", found.path.string());
  }
  return found;
}

Result<Extent> scan(Files& files, const Found& segment) {
  const auto file = files.open(segment.path);
  if (!file) return file.error();
  BlockScanner scanner(**file, segment.name.epoch);
  Extent extent;
  while (true) {
    const auto block = scanner.search(extent.length, segment.size, extent.last + 1);
    if (!block) return block.error();
    if (!*block) return extent;
    if (extent.first == 0) extent.first = (*block)->first;
    extent.last = (*block)->last();
    extent.length = (*block)->end;
  }
}

/// `next`: the segment behind this one, if there is one. Its header tells where this one ends; otherwise the blocks do.
/// `before`: the last record of the segments in front of it, for want of a better one when its header is damaged.
Result<Segment> describe(Files& files, const Found& found, const Found* next, Sequence before) {
  Segment segment{found.path,           found.name.index, before + 1, before,       before,
                  segment_header_bytes, found.size,       true,       std::nullopt, false};
  if (found.header) {
    segment.first = found.header->first;
    segment.previous_last = found.header->previous_last;
  }
  const bool followed = next != nullptr && next->header && next->name.index == found.name.index + 1;
  if (followed && found.header) {
    segment.last = next->header->previous_last;
    segment.length = std::min(next->header->previous_length, found.size);
    return segment;
  }
  const auto extent = scan(files, found);
  if (!extent) return extent.error();
  if (!found.header && extent->first > 0) {
    segment.first = extent->first;
    segment.previous_last = extent->first - 1;
  }
  segment.last = followed ? next->header->previous_last : std::max(extent->last, segment.previous_last);
  segment.length = extent->length;
  return segment;
}

Result<Epoch> assemble(Files& files, const std::vector<Found>& segments) {
  Epoch epoch;
  epoch.id = segments.front().name.epoch;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    auto segment = describe(files, segments[i], i + 1 < segments.size() ? &segments[i + 1] : nullptr, epoch.last);
    if (!segment) return segment.error();
    epoch.last = std::max(epoch.last, segment->last);
    epoch.segments.push_back(std::move(*segment));
  }
  return epoch;
}

bool has_records(const Epoch& epoch) {
  return std::ranges::any_of(epoch.segments, [](const Segment& segment) { return segment.last >= segment.first; });
}

Result<void> remove_files(Files& files, const Epoch& epoch) {
  for (const auto& segment : epoch.segments) {
    if (const auto removed = files.remove(segment.path); !removed) return removed.error();
  }
  return {};
}

}  // namespace

Result<Recovered> recover(Files& files, const Path& directory) {
  const auto names = segment_names(files, directory);
  if (!names) return names.error();
  Recovered recovered;
  for (auto name = names->begin(); name != names->end();) {
    std::vector<Found> segments;
    recovered.newest_created_ms = name->created_ms;
    for (const auto epoch = name->epoch; name != names->end() && name->epoch == epoch; ++name) {
      auto found = look_at(files, directory, *name);
      if (!found) return found.error();
      segments.push_back(std::move(*found));
    }
    auto epoch = assemble(files, segments);
    if (!epoch) return epoch.error();
    if (has_records(*epoch)) {
      recovered.epochs.push_back(std::move(*epoch));
    } else if (const auto removed = remove_files(files, *epoch); !removed) {
      return removed.error();
    }
  }
  if (const auto synced = files.sync_directory(directory); !synced) return synced.error();
  return recovered;
}

}  // namespace pico::journal
