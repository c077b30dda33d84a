#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pico::enrich {

/// Finds which of many literals occur in a text, in one pass over the text: at each position the next three bytes choose the few
/// literals that can begin there. Immutable after construction, thread-safe.
class LiteralFinder {
 public:
  static constexpr std::size_t min_length = 3;

  LiteralFinder() = default;
  /// Every literal is at least min_length bytes long. A literal's number is its index.
  explicit LiteralFinder(const std::vector<std::string>& literals);

  /// The numbers of the literals that occur, ascending, each once.
  [[nodiscard]] std::vector<int> find(std::string_view text) const;

 private:
  struct Literal {
    std::uint32_t begin, size;  // in text_
    int number;
  };
  static constexpr std::uint32_t bucket_count = 4096;
  static std::uint32_t bucket_of(const char* three_bytes);

  std::string text_;                   // all literals, one after the other
  std::vector<Literal> literals_;      // ordered by bucket
  std::vector<std::uint32_t> starts_;  // bucket → its first entry of literals_; one more at the end
};

}  // namespace pico::enrich
