#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/writer/bulk_writer.hpp"

namespace pico::api::micro_analytics {

/// A file without a name, which is gone when it is closed, also by a crash.
class UnlinkedFile {
 public:
  UnlinkedFile() = default;
  ~UnlinkedFile();
  UnlinkedFile(const UnlinkedFile&) = delete;
  UnlinkedFile& operator=(const UnlinkedFile&) = delete;

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Errc::io.
  Result<void> open(const std::filesystem::path& directory);
  /// Behind what is there. Errc::unavailable when less than `min_free_bytes` would be left on the disk, Errc::io when it refuses; nothing that
  /// was there before changes.
  Result<void> append(std::span<const std::byte> bytes, std::uint64_t min_free_bytes);
  /// Fills `into` from there on; fewer bytes only at the end. Errc::io.
  [[nodiscard]] Result<std::size_t> read(std::uint64_t from, std::span<std::byte> into) const;

 private:
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// The events of one request between its reading and its writing, which needs them twice: in memory, and in an unlinked file when they are
/// many. They are encoded and enriched, so that the file holds no IP address (but for sites that store them) and no User-Agent.
/// For one thread at a time.
class Spool final : public writer::BulkSource {
 public:
  struct Options {
    std::filesystem::path directory;
    std::size_t memory_bytes = 4u << 20;  ///< what stays in memory; the file is written in pieces of as much
    std::uint64_t min_free_bytes = 0;     ///< room that the file leaves on its disk
  };

  explicit Spool(Options options);

  /// Copies the event. Errc::unavailable, Errc::io: there is no room on the disk; the event was not taken.
  Result<void> add(const writer::BulkEvent& event);
  [[nodiscard]] std::uint64_t events() const { return events_; }
  /// Bytes that are in the file.
  [[nodiscard]] std::uint64_t spilled() const { return file_.size(); }

  void rewind() override;
  /// Throws std::runtime_error when the file cannot be read back.
  std::span<const writer::BulkEvent> next() override;

 private:
  bool decode_block();
  std::span<const std::byte> next_bytes();

  const Options options_;
  UnlinkedFile file_;
  std::vector<std::byte> tail_;  ///< behind what is in the file
  std::uint64_t events_ = 0;

  // Of reading:
  std::uint64_t read_ = 0;           ///< bytes of the file that have been decoded
  std::size_t tail_read_ = 0;        ///< likewise of the tail
  std::vector<std::byte> block_;
  std::vector<writer::BulkEvent> decoded_;
};

}  // namespace pico::api::micro_analytics
