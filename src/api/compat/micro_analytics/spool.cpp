#include "spool.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "pico/core/byte_buffer.hpp"
#include "pico/event/codec.hpp"

namespace pico::api::micro_analytics {
namespace {

constexpr std::size_t block_bytes = 1u << 20;
constexpr std::size_t events_at_a_time = 4096;

Error io_error(std::string_view what) { return {Errc::io, std::string(what) + ": " + std::strerror(errno)}; }

/// The length of the encoded event (4 bytes), the event, and the other fields. Preceded by the length of all that (4 bytes).
void encode(const writer::BulkEvent& event, std::vector<std::byte>& out) {
  const auto at = out.size();
  ByteWriter writer(out);
  writer.number<std::uint32_t>(0);
  writer.number<std::uint32_t>(0);
  event::encode(event.event, out);
  const auto event_size = static_cast<std::uint32_t>(out.size() - at - 2 * sizeof(std::uint32_t));
  if (event.micro) {
    writer.number(event.micro->who);
    for (const auto text : {event.micro->name, event.micro->platform, event.micro->referer_domain, event.micro->country, event.micro->ip}) writer.text(text);
  }
  const auto size = static_cast<std::uint32_t>(out.size() - at - sizeof(std::uint32_t));
  std::memcpy(out.data() + at, &size, sizeof size);
  std::memcpy(out.data() + at + sizeof size, &event_size, sizeof event_size);
}

/// The opposite, of what stands behind the first length. The texts are views.
writer::BulkEvent decode(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  const auto event = event::decode(reader.bytes(reader.number<std::uint32_t>()));
  if (!event) throw std::runtime_error("a spooled event cannot be read back");
  writer::BulkEvent out{*event, std::nullopt};
  if (reader.at_end()) return out;
  auto& micro = out.micro.emplace();
  micro.who = reader.number<std::int64_t>();
  for (auto* text : {&micro.name, &micro.platform, &micro.referer_domain, &micro.country, &micro.ip}) *text = reader.text();
  if (!reader.ok() || !reader.at_end()) throw std::runtime_error("a spooled event cannot be read back");
  return out;
}

}  // namespace

UnlinkedFile::~UnlinkedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> UnlinkedFile::open(const std::filesystem::path& directory) {
  descriptor_ = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor_ < 0 && errno == EOPNOTSUPP) {  // not every file system can
    auto name = (directory / "spool-XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ >= 0) ::unlink(name.c_str());
  }
  return descriptor_ >= 0 ? Result<void>() : io_error("a file for events that wait cannot be made in the data directory");
}

Result<void> UnlinkedFile::append(std::span<const std::byte> bytes, std::uint64_t min_free_bytes) {
  struct statvfs disk {};
  const bool known = ::fstatvfs(descriptor_, &disk) == 0;
  if (known && std::uint64_t{disk.f_bavail} * disk.f_frsize < min_free_bytes + bytes.size())
    return Error{Errc::unavailable, "the disk has no room for the events of this request"};
  const auto end = size_ + bytes.size();
  for (auto at = size_; !bytes.empty();) {
    const auto written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return io_error("events that wait cannot be written to the data directory");
    at += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  size_ = end;
  return {};
}

Result<std::size_t> UnlinkedFile::read(std::uint64_t from, std::span<std::byte> into) const {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const auto got = ::pread(descriptor_, into.data() + filled, into.size() - filled, static_cast<off_t>(from + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("events that wait cannot be read back from the data directory");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

Spool::Spool(Options options) : options_(std::move(options)) {}

Result<void> Spool::add(const writer::BulkEvent& event) {
  if (tail_.size() >= options_.memory_bytes) {
    if (!file_.is_open())
      if (auto opened = file_.open(options_.directory); !opened) return opened;
    if (auto appended = file_.append(tail_, options_.min_free_bytes); !appended) return appended;
    tail_.clear();
  }
  encode(event, tail_);
  ++events_;
  return {};
}

void Spool::rewind() {
  read_ = 0;
  tail_read_ = 0;
}

/// The bytes that come next, from the beginning of an event: a block of the file, or what is in memory.
std::span<const std::byte> Spool::next_bytes() {
  if (read_ == file_.size()) return std::span(tail_).subspan(tail_read_);
  block_.resize(std::max(block_.size(), block_bytes));
  const auto got = file_.read(read_, block_);
  if (!got) throw std::runtime_error(got.error().message);
  return std::span(block_).first(std::min<std::uint64_t>(*got, file_.size() - read_));
}

/// Decodes whole events of the next bytes. False: there was no whole one in the block, which has been made larger.
bool Spool::decode_block() {
  const bool from_file = read_ < file_.size();
  ByteReader reader(next_bytes());
  std::size_t used = 0;
  while (decoded_.size() < events_at_a_time && !reader.at_end()) {
    const auto size = reader.number<std::uint32_t>();
    const auto bytes = reader.bytes(size);
    if (!reader.ok()) break;  // the rest of it is in the next block
    decoded_.push_back(decode(bytes));
    used += sizeof size + size;
  }
  if (from_file && decoded_.empty()) {
    if (read_ + block_.size() > file_.size()) throw std::runtime_error("spooled events cannot be read back");
    block_.resize(block_.size() * 2);
    return false;
  }
  (from_file ? read_ : tail_read_) += used;
  return true;
}

std::span<const writer::BulkEvent> Spool::next() {
  decoded_.clear();
  while (!decode_block()) {
  }
  return decoded_;
}

}  // namespace pico::api::micro_analytics
