#include "support.hpp"

#include <spdlog/spdlog.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pico::journal {

TempDir::TempDir() {
  auto name = (std::filesystem::temp_directory_path() / "pico-journal-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Group group_of(const Texts& records, std::function<void(Outcome)> done, std::uint8_t shard) {
  GroupBuilder builder;
  for (const auto& record : records) builder.add(shard, std::as_bytes(std::span(record)));
  return builder.take(std::move(done));
}

Texts numbered(const std::string& prefix, int count) {
  Texts texts;
  for (int i = 1; i <= count; ++i) texts.push_back(prefix + std::to_string(i));
  return texts;
}

std::future<Outcome> submit(Journal& journal, const Texts& records) {
  auto promise = std::make_shared<std::promise<Outcome>>();
  auto future = promise->get_future();
  journal.submit(group_of(records, [promise](Outcome outcome) { promise->set_value(outcome); }));
  return future;
}

Outcome commit(Journal& journal, const Texts& records) {
  return submit(journal, records).get();
}

Texts read_all(Reader& reader) {
  Texts texts;
  Entry entry;
  while (reader.next(entry)) texts.emplace_back(reinterpret_cast<const char*>(entry.payload.data()), entry.payload.size());
  return texts;
}

Texts read_all(Journal& journal, const EpochId& epoch) {
  return read_all(*journal.reader(epoch));
}

std::vector<std::filesystem::path> segments(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".journal") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

void flip_bit(const std::filesystem::path& path, std::size_t offset) {
  auto bytes = file_text(path);
  bytes.at(offset) = static_cast<char>(bytes.at(offset) ^ 1);
  write_file(path, bytes);
}

JournalTest::JournalTest() {
  spdlog::set_level(spdlog::level::off);  // the failures are injected
  options_.directory = directory_.path() / "journal";
  options_.segment_bytes = 8 << 10;
  options_.group_window = std::chrono::microseconds(0);
  options_.min_free_bytes = 0;
}

Journal& JournalTest::open() {
  close();
  auto journal = Journal::open(options_, *registry_, files_);
  if (!journal) throw std::runtime_error(journal.error().message);
  journal_ = std::move(*journal);
  return *journal_;
}

double JournalTest::metric(const std::string& name) const {
  std::istringstream lines(registry_->expose());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  throw std::runtime_error("no metric " + name);
}

}  // namespace pico::journal
