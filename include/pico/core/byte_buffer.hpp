#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

/// Little-endian encoding of numbers and length-prefixed texts, shared by the event codec and the journal.
namespace pico {

static_assert(std::endian::native == std::endian::little, "the encoders below write native integers");

class ByteWriter {
 public:
  explicit ByteWriter(std::vector<std::byte>& out) : out_(out) {}

  template <class T>
  requires std::is_arithmetic_v<T>
  void number(T value) {
    const auto* p = reinterpret_cast<const std::byte*>(&value);
    out_.insert(out_.end(), p, p + sizeof value);
  }
  /// Unsigned LEB128.
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<std::byte>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<std::byte>(value));
  }
  void text(std::string_view value) {
    varint(value.size());
    const auto* p = reinterpret_cast<const std::byte*>(value.data());
    out_.insert(out_.end(), p, p + value.size());
  }

 private:
  std::vector<std::byte>& out_;
};

/// Reads what ByteWriter wrote. After the first read past the end everything returns zero or empty and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> in) : in_(in) {}

  template <class T>
  requires std::is_arithmetic_v<T> T number() {
    T value{};
    if (!take(sizeof value)) return value;
    std::memcpy(&value, in_.data() + position_ - sizeof value, sizeof value);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = number<std::uint8_t>();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  /// A view into the input.
  std::string_view text() {
    const auto size = varint();
    if (size > in_.size() || !take(static_cast<std::size_t>(size))) return ok_ = false, std::string_view{};
    return {reinterpret_cast<const char*>(in_.data()) + position_ - size, static_cast<std::size_t>(size)};
  }
  /// A view of the next n bytes.
  std::span<const std::byte> bytes(std::size_t n) {
    if (!take(n)) return {};
    return in_.subspan(position_ - n, n);
  }
  /// A view of all that has not been read.
  [[nodiscard]] std::span<const std::byte> rest() const { return in_.subspan(position_); }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return position_ == in_.size(); }

 private:
  bool take(std::size_t n) {
    if (!ok_ || in_.size() - position_ < n) return ok_ = false;
    position_ += n;
    return true;
  }
  std::span<const std::byte> in_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace pico
