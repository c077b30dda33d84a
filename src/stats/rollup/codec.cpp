#include "codec.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

#include "pico/core/byte_buffer.hpp"
#include "pico/core/hash.hpp"

namespace pico::stats {
namespace {

constexpr std::uint8_t version = 1;
/// In the order of Figures::each; a test compares.
constexpr std::array figure_columns{&Figures::visitors,   &Figures::visits,        &Figures::pageviews,  &Figures::events,
                                    &Figures::entries,    &Figures::bounces,       &Figures::duration_ms, &Figures::engaged_ms,
                                    &Figures::engaged_pairs, &Figures::scroll_sum, &Figures::scroll_pairs};
static_assert(sizeof(Figures) == figure_columns.size() * sizeof(std::int64_t), "a figure without its column");
enum Form : std::uint8_t { plain = 0, deflated = 1 };
constexpr std::size_t checksummed_from = 5;  // version and checksum stand before

/// The default of zlib: 1 is three times as fast and 10 % larger, 9 saves half a percent.
constexpr int compression_level = 6;
/// zlib makes at most 1032 bytes of one: a size beyond it is damage, and nothing is allocated for it.
constexpr std::size_t largest_ratio = 1032;
/// Against a payload made to unfold without end: longest value, and bytes of all values of a table.
constexpr std::size_t max_value = 1u << 16;
constexpr std::size_t max_values = 1u << 30;

using Entry = std::pair<std::string_view, const Figures*>;

std::vector<Entry> sorted(const Table& table) {
  std::vector<Entry> entries;
  entries.reserve(table.size());
  for (const auto& [value, figures] : table) entries.emplace_back(value, &figures);
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.first < b.first; });
  return entries;
}

std::size_t shared_length(std::string_view a, std::string_view b) {
  const auto size = std::min(a.size(), b.size());
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size), b.begin()).first - a.begin());
}

std::vector<std::byte> contents_of(const Table& table) {
  const auto entries = sorted(table);
  std::vector<std::byte> out;
  ByteWriter write(out);
  write.varint(entries.size());
  std::vector<std::size_t> shared;
  shared.reserve(entries.size());
  std::string_view previous;
  for (const auto& [value, figures] : entries) {
    assert(value.size() <= max_value);
    shared.push_back(shared_length(previous, value));
    previous = value;
    write.varint(shared.back());
  }
  for (std::size_t i = 0; i < entries.size(); ++i) write.varint(entries[i].first.size() - shared[i]);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto rest = std::as_bytes(std::span(entries[i].first.substr(shared[i])));
    out.insert(out.end(), rest.begin(), rest.end());
  }
  for (const auto column : figure_columns) {
    for (const auto& entry : entries) write.varint(static_cast<std::uint64_t>(entry.second->*column));
  }
  return out;
}

const Bytef* zlib_bytes(const std::byte* bytes) {
  return reinterpret_cast<const Bytef*>(bytes);
}

/// Form and contents.
std::vector<std::byte> packed(const std::vector<std::byte>& contents) {
  std::vector<std::byte> out{std::byte{deflated}};
  ByteWriter(out).varint(contents.size());
  const auto header = out.size();
  auto size = compressBound(contents.size());
  out.resize(header + size);
  const auto result = compress2(reinterpret_cast<Bytef*>(out.data() + header), &size, zlib_bytes(contents.data()), contents.size(),
                                compression_level);
  out.resize(header + size);
  if (result == Z_OK && out.size() < contents.size() + 1) return out;
  out.assign({std::byte{plain}});
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}

std::optional<std::vector<std::byte>> inflated(std::span<const std::byte> in) {
  ByteReader reader(in);
  const auto size = reader.varint();
  if (!reader.ok()) return std::nullopt;
  in = reader.rest();
  if (size > in.size() * largest_ratio) return std::nullopt;
  std::vector<std::byte> out(static_cast<std::size_t>(size));
  uLongf written = out.size();
  // zlib wants a place to write to even for nothing.
  Bytef nothing{};
  auto* to = out.empty() ? &nothing : reinterpret_cast<Bytef*>(out.data());
  if (uncompress(to, &written, zlib_bytes(in.data()), in.size()) != Z_OK || written != size) return std::nullopt;
  return out;
}

}  // namespace

std::vector<std::uint8_t> encode(const Table& table) {
  const auto body = packed(contents_of(table));
  std::vector<std::byte> out;
  ByteWriter write(out);
  write.number(version);
  write.number(crc32c(body));
  out.insert(out.end(), body.begin(), body.end());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(out.data());
  return {bytes, bytes + out.size()};
}

std::optional<DecodedTable> DecodedTable::of(std::span<const std::uint8_t> payload) {
  const auto bytes = std::as_bytes(payload);
  ByteReader header(bytes);
  if (header.number<std::uint8_t>() != version) return std::nullopt;
  const auto checksum = header.number<std::uint32_t>();
  if (!header.ok() || crc32c(bytes.subspan(checksummed_from)) != checksum) return std::nullopt;
  const auto form = header.number<std::uint8_t>();
  if (!header.ok()) return std::nullopt;
  const auto body = bytes.subspan(checksummed_from + 1);
  DecodedTable table;
  if (form == plain) return table.read(body) ? std::optional(std::move(table)) : std::nullopt;
  if (form != deflated) return std::nullopt;
  const auto contents = inflated(body);
  return contents && table.read(*contents) ? std::optional(std::move(table)) : std::nullopt;
}

bool DecodedTable::read(std::span<const std::byte> contents) {
  ByteReader reader(contents);
  const auto count = reader.varint();
  // Every row has two lengths and its figures, a byte each at least.
  if (!reader.ok() || count > contents.size() / (2 + figure_columns.size())) return false;
  shared_.resize(count);
  lengths_.resize(count);
  figures_.resize(count);
  for (auto& shared : shared_) shared = static_cast<std::uint32_t>(std::min<std::uint64_t>(reader.varint(), max_value + 1));
  std::size_t rests = 0, values = 0, previous = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto length = reader.varint();
    if (shared_[i] > previous || length > max_value) return false;
    lengths_[i] = static_cast<std::uint32_t>(length);
    previous = shared_[i] + lengths_[i];
    rests += lengths_[i];
    values += previous;
    if (previous > max_value || values > max_values) return false;
  }
  const auto texts = reader.bytes(rests);
  rests_.assign(reinterpret_cast<const char*>(texts.data()), texts.size());
  for (const auto column : figure_columns) {
    for (auto& figures : figures_) figures.*column = static_cast<std::int64_t>(reader.varint());
  }
  return reader.ok() && reader.at_end();
}

}  // namespace pico::stats
