#include "pico/core/hash.hpp"

#include <sodium.h>
#include <bit>
#include <cstring>
#include <stdexcept>

namespace pico {

static_assert(std::tuple_size_v<decltype(HashKey::bytes)> == crypto_shorthash_KEYBYTES);
static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));
static_assert(std::endian::native == std::endian::little, "numbers are hashed in the byte order of the machine");

HashKey::~HashKey() {
  sodium_memzero(bytes.data(), bytes.size());
}

HashKey HashKey::random() {
  HashKey key;
  randombytes_buf(key.bytes.data(), key.bytes.size());
  return key;
}

// Room for a site, an address and a User-Agent, so that the usual input never moves.
KeyedHasher::KeyedHasher(const HashKey& key) : key_(key) {
  input_.reserve(1024);
}

KeyedHasher::~KeyedHasher() {
  clear();
}

KeyedHasher& KeyedHasher::field(std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  append(&size, sizeof size);
  append(bytes.data(), bytes.size());
  return *this;
}

KeyedHasher& KeyedHasher::number(std::int64_t value) {
  const std::uint64_t size = sizeof value;
  append(&size, sizeof size);
  append(&value, sizeof value);
  return *this;
}

std::uint64_t KeyedHasher::digest() const {
  std::array<std::uint8_t, crypto_shorthash_BYTES> out{};
  crypto_shorthash(out.data(), reinterpret_cast<const unsigned char*>(input_.data()), input_.size(), key_.bytes.data());
  return std::bit_cast<std::uint64_t>(out);
}

void KeyedHasher::clear() {
  sodium_memzero(input_.data(), input_.size());
  input_.clear();
}

void KeyedHasher::append(const void* bytes, std::size_t size) {
  if (input_.size() + size > input_.capacity()) {
    // A string that grows by itself would leave its old bytes behind on the heap.
    std::string larger;
    larger.reserve(2 * (input_.size() + size));
    larger = std::string_view(input_);
    sodium_memzero(input_.data(), input_.size());
    input_.swap(larger);
  }
  input_.append(static_cast<const char*>(bytes), size);
}

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> out{};
  crypto_hash_sha256(out.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return out;
}

std::string random_hex(std::size_t n) {
  std::string bytes(n, '\0');
  randombytes_buf(bytes.data(), n);
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), n});
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string out(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

void initialise_crypto() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised: the system gives no random numbers");
}

}  // namespace pico
