#include "literal_finder.hpp"

#include <algorithm>
#include <cassert>

namespace pico::enrich {

std::uint32_t LiteralFinder::bucket_of(const char* p) {
  const auto byte = [p](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i])); };
  return (byte(0) | byte(1) << 8 | byte(2) << 16) * 2654435761U >> 20;  // Knuth's multiplicative hash, its 12 upper bits
}

LiteralFinder::LiteralFinder(const std::vector<std::string>& literals) : starts_(bucket_count + 1) {
  std::vector<std::pair<std::uint32_t, Literal>> keyed;
  for (const auto& literal : literals) {
    assert(literal.size() >= min_length);
    const Literal entry{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(literal.size()),
                        static_cast<int>(keyed.size())};
    keyed.emplace_back(bucket_of(literal.data()), entry);
    text_ += literal;
  }
  std::ranges::stable_sort(keyed, {}, &std::pair<std::uint32_t, Literal>::first);
  for (const auto& [bucket, literal] : keyed) {
    ++starts_[bucket + 1];
    literals_.push_back(literal);
  }
  for (std::uint32_t bucket = 0; bucket < bucket_count; ++bucket) starts_[bucket + 1] += starts_[bucket];
}

std::vector<int> LiteralFinder::find(std::string_view text) const {
  std::vector<int> found;
  if (literals_.empty()) return found;
  for (std::size_t at = 0; at + min_length <= text.size(); ++at) {
    const auto bucket = bucket_of(text.data() + at);
    for (auto i = starts_[bucket]; i < starts_[bucket + 1]; ++i) {
      const auto& literal = literals_[i];
      if (text.substr(at).starts_with(std::string_view(text_).substr(literal.begin, literal.size)))
        found.push_back(literal.number);
    }
  }
  std::ranges::sort(found);
  const auto repeated = std::ranges::unique(found);
  found.erase(repeated.begin(), repeated.end());
  return found;
}

}  // namespace pico::enrich
