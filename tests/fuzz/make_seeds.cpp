// Writes the seeds of the binary formats: fuzz_make_seeds DIRECTORY
#include <filesystem>
#include <fstream>

#include "format.hpp"
#include "pico/event/codec.hpp"

using namespace pico;

namespace {

void write(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::vector<std::byte> encoded(event::Kind kind) {
  event::Enriched event;
  event.kind = kind;
  event.at = Instant(std::chrono::milliseconds(1'790'000'000'000));
  event.day = Day(std::chrono::days(20'717));
  event.visitor_id = 0xABCDEF0123456789 & ~1023ull;
  event.domain = event.hostname = "shop.example";
  event.site_time_zone = "Europe/Vienna";
  event.path = "/articles/1";
  event.acquisition.referrer = "google.com";
  event.acquisition.channel = "Organic Search";
  event.device = {"Chrome", "129.0", "Windows", "10.0", "Windows", "Computer"};
  event.location = {"AT", "Vienna", "Vienna", 48.2f, 16.4f};
  event.screen = {1920, 1080, 24, 1.5f, "Europe/Vienna", "de-AT"};
  if (kind == event::Kind::custom) {
    event.name = "signup";
    event.properties = R"({"plan":"pro"})";
  }
  std::vector<std::byte> bytes;
  event::encode(event, bytes);
  return bytes;
}

/// As the journal's fuzzer reads it: what it wishes for, the header's numbers, blocks.
std::vector<std::byte> segment(std::uint8_t wishes, int blocks) {
  constexpr journal::EpochId epoch{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  std::vector<std::byte> content(24);  // first, previous last, previous length
  content[0] = std::byte{1};
  std::vector<std::byte> bytes;
  for (int i = 0; i < blocks; ++i) {
    const auto start = journal::begin_block(bytes);
    for (std::uint8_t shard = 0; shard < 3; ++shard) journal::frame_record(bytes, shard, encoded(event::Kind::load));
    journal::seal_block(bytes, start, epoch, static_cast<journal::Sequence>(1 + 3 * i), 3);
  }
  content.insert(content.end(), bytes.begin(), bytes.end());
  content.insert(content.begin(), static_cast<std::byte>(wishes));
  return content;
}

}  // namespace

int main(int, char** arguments) {
  const std::filesystem::path folder = arguments[1];
  write(folder / "event_codec/load", encoded(event::Kind::load));
  write(folder / "event_codec/custom", encoded(event::Kind::custom));
  write(folder / "event_codec/opted_out", encoded(event::Kind::opted_out));
  write(folder / "journal/one_block", segment(3, 1));
  write(folder / "journal/three_blocks", segment(3, 3));
  write(folder / "journal/unmended", segment(1, 2));
  write(folder / "journal/two_segments", segment(7, 4));
}
