#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pico {

/// The 128-bit key of a SipHash-2-4. Overwritten when destroyed.
struct HashKey {
  std::array<std::uint8_t, 16> bytes{};
  ~HashKey();
  HashKey() = default;
  HashKey(const HashKey&) = default;
  HashKey& operator=(const HashKey&) = default;
  /// A fresh random key (libsodium).
  static HashKey random();
};

/// Hashes a list of fields with SipHash-2-4 (libsodium's crypto_shorthash). Every field is preceded by its length, so ("ab","c")
/// and
/// ("a","bc") differ. Keeps what it is fed in memory and wipes it on destruction: the fields can be personal data.
/// The key must outlive the hasher. Not thread-safe.
class KeyedHasher {
 public:
  explicit KeyedHasher(const HashKey& key);
  explicit KeyedHasher(const HashKey&&) = delete;
  ~KeyedHasher();
  KeyedHasher(const KeyedHasher&) = delete;
  KeyedHasher& operator=(const KeyedHasher&) = delete;

  KeyedHasher& field(std::string_view bytes);
  KeyedHasher& number(std::int64_t value);
  [[nodiscard]] std::uint64_t digest() const;
  /// Starts anew with the same key.
  void clear();

 private:
  void append(const void* bytes, std::size_t size);

  const HashKey& key_;
  std::string input_;
};

/// CRC-32C (Castagnoli), with the processor's instruction where it has one. `seed` is the checksum of what comes before: the
/// checksum of two parts is crc32c(second, crc32c(first)).
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);

/// SHA-256 (libsodium's crypto_hash_sha256).
std::array<std::uint8_t, 32> sha256(std::string_view bytes);

/// `n` random bytes as lower-case hexadecimal.
std::string random_hex(std::size_t n);

std::string to_hex(std::span<const std::uint8_t> bytes);

/// Must run once before anything random above (it initialises libsodium). Idempotent, thread-safe; throws when there is no
/// randomness.
void initialise_crypto();

}  // namespace pico
