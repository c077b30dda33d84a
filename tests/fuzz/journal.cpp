// Recovery and reading of journal segments with arbitrary bytes in them. Checksums stop a fuzzer at once, so it may ask for headers and
// checksums to be made right: then lengths, counts and sequence numbers are what it plays with.
#include <spdlog/spdlog.h>

#include <cstring>

#include "catalogue.hpp"
#include "format.hpp"
#include "fuzz.hpp"
#include "memory_files.hpp"
#include "metrics.hpp"
#include "pico/core/hash.hpp"
#include "pico/event/codec.hpp"
#include "reader.hpp"
#include "recovery.hpp"

using namespace pico;
using namespace pico::journal;

namespace {

constexpr std::size_t most_bytes = 48 << 10;
constexpr EpochId epoch{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
enum Wish : std::uint8_t { make_header = 1, mend_checksums = 2, two_segments = 4 };

struct Head {
  std::uint64_t first, previous_last, previous_length;
};

/// Takes a number from the front.
std::uint64_t number(std::span<const std::byte>& bytes) {
  std::uint64_t value = 0;
  const auto size = std::min(bytes.size(), sizeof value);
  std::memcpy(&value, bytes.data(), size);
  bytes = bytes.subspan(size);
  return value;
}

void mend(MemoryBytes& segment) {
  for (std::size_t at = segment_header_bytes; at + block_header_bytes <= segment.size(); at += block_alignment) {
    const auto header = plausible_block(std::span(segment).subspan(at), epoch);
    if (!header || at + block_header_bytes + header->length > segment.size()) continue;
    const auto whole = std::span(segment).subspan(at, block_header_bytes + header->length);
    const auto crc = crc32c(whole.subspan(offsetof(DiskBlockHeader, epoch)));
    std::memcpy(segment.data() + at + offsetof(DiskBlockHeader, crc), &crc, sizeof crc);
  }
}

MemoryBytes segment_of(std::span<const std::byte> bytes, std::uint8_t wishes, std::uint32_t index) {
  MemoryBytes segment;
  if (wishes & make_header) {
    SegmentHeader header{epoch, index, number(bytes), number(bytes), number(bytes)};
    segment = encode_segment_header(header);
  }
  segment.insert(segment.end(), bytes.begin(), bytes.end());
  if (wishes & mend_checksums) mend(segment);
  return segment;
}

void read(const std::shared_ptr<MemoryFiles>& files, Epoch found) {
  static metrics::Registry registry;
  static const Metrics metrics(registry);
  const auto id = found.id;
  auto catalogue = std::make_shared<Catalogue>(metrics);
  catalogue->add(std::move(found));
  const auto reader = make_reader(files, catalogue, id);
  Entry entry;
  Sequence last = 0;
  for (std::size_t entries = 0; reader->next(entry); ++entries) {
    fuzz::require(entry.sequence > last, "sequence numbers grow");
    fuzz::require(entries <= 2 * most_bytes, "there are no more records than bytes");
    last = entry.sequence;
    (void)event::decode(entry.payload);
  }
  reader->seek(last / 2);
  (void)reader->next(entry);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = [] { return spdlog::set_level(spdlog::level::off), true; }();
  if (!quiet || size == 0 || size > most_bytes) return 0;
  const auto wishes = data[0];
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
  const auto files = std::make_shared<MemoryFiles>();
  const auto half = wishes & two_segments ? bytes.size() / 2 / block_alignment * block_alignment : bytes.size();
  files->put(SegmentName{1, epoch, 0}.text(), segment_of(bytes.first(half), wishes, 0));
  if (wishes & two_segments) files->put(SegmentName{1, epoch, 1}.text(), segment_of(bytes.subspan(half), wishes, 1));
  auto recovered = recover(*files, "/journal");
  if (!recovered) return 0;  // a segment of a newer version
  for (auto& found : recovered->epochs) read(files, std::move(found));
  return 0;
}
