#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "faulty_files.hpp"
#include "pico/journal/journal.hpp"

namespace pico::journal {

using Texts = std::vector<std::string>;

/// A new directory under the temporary one, removed at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Group group_of(const Texts& records, std::function<void(Outcome)> done = {}, std::uint8_t shard = 0);
/// `prefix`1, `prefix`2, …
Texts numbered(const std::string& prefix, int count);

std::future<Outcome> submit(Journal& journal, const Texts& records);
/// Submits one group and waits for its fate.
Outcome commit(Journal& journal, const Texts& records);

/// All that the reader has to give for now.
Texts read_all(Reader& reader);
Texts read_all(Journal& journal, const EpochId& epoch);

/// Segment files in order.
std::vector<std::filesystem::path> segments(const std::filesystem::path& directory);
std::string file_text(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& bytes);
void flip_bit(const std::filesystem::path& path, std::size_t offset);

/// A journal in a directory of its own, with small segments and files that can fail. No group window: tests decide what meets.
class JournalTest : public testing::Test {
 protected:
  JournalTest();
  /// Opens the journal, or opens it again.
  Journal& open();
  void close() { journal_.reset(); }
  Journal& journal() { return *journal_; }
  /// Of a metric without labels.
  double metric(const std::string& name) const;

  /// A record that fills most of a block by itself: with segments of 8 KiB, two such fill one.
  static std::string large(char c) { return std::string(1500, c); }

  TempDir directory_;
  std::shared_ptr<FaultyFiles> files_ = std::make_shared<FaultyFiles>();
  Options options_;
  std::unique_ptr<metrics::Registry> registry_ = std::make_unique<metrics::Registry>();
  std::unique_ptr<Journal> journal_;
};

}  // namespace pico::journal
