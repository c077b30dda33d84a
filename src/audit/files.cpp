#include <algorithm>
#include <fstream>

#include "finder.hpp"

namespace pico::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece = 4 << 20;

/// Piece by piece, each with some bytes of its neighbours.
void search_stream(std::istream& in, const Finder& finder, Hits& hits, std::uint64_t& bytes) {
  std::string buffer;
  std::size_t begin = 0;
  for (bool ended = false; !ended;) {
    const auto kept = buffer.size();
    buffer.resize(kept + piece);
    in.read(buffer.data() + kept, static_cast<std::streamsize>(piece));
    const auto got = static_cast<std::size_t>(in.gcount());
    buffer.resize(kept + got);
    bytes += got;
    ended = got < piece;
    const auto end = ended ? buffer.size() : buffer.size() - Finder::overlap;
    finder.search(buffer, begin, end, Rule::everything, hits);
    const auto keep_from = end - std::min(end, Finder::overlap);
    buffer.erase(0, keep_from);
    begin = end - keep_from;
  }
}

void search_file(const fs::path& path, const Finder& finder, Report& report) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (!file) {
    if (fs::exists(path, error)) report.not_seen.push_back(path.string() + ": it cannot be read");
    return;  // files come and go while a server runs
  }
  Hits hits;
  search_stream(file, finder, hits, report.bytes);
  if (file.bad()) report.not_seen.push_back(path.string() + ": reading it failed");
  ++report.files;
  if (!hits.empty()) report.found.emplace(path.string(), std::move(hits));
}

}  // namespace

void search_files(const fs::path& path, const std::vector<fs::path>& except, const Options& options, Report& report) {
  const Finder finder(options);
  std::error_code error;
  if (fs::is_regular_file(path, error)) return search_file(path, finder, report);
  auto entry = fs::recursive_directory_iterator(path, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (std::ranges::find(except, entry->path()) != except.end()) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file(error) && !entry->is_symlink(error)) {
      search_file(entry->path(), finder, report);
    }
    if (error == std::errc::no_such_file_or_directory) error.clear();
  }
  if (error) report.not_seen.push_back(path.string() + ": " + error.message());
}

}  // namespace pico::audit
