#include "suggest.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "pico/core/text.hpp"
#include "setting.hpp"

namespace pico::config {
namespace {

/// Lower case, without the separators of other spellings (`LISTEN_ADDR`, `listen-addr`).
std::string letters_of(std::string_view key) {
  auto out = to_lower_ascii(key);
  std::erase_if(out, [](char c) { return c == '_' || c == '-' || c == '.'; });
  return out;
}

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

/// How far the written letters are from a name; a part of it (`pgpass`) is near.
std::size_t distance_to_name(std::string_view letters, std::string_view name) {
  constexpr std::size_t telling = 5;  // fewer letters are part of many names
  const auto whole = letters_of(name);
  if (letters.size() >= telling && whole.find(letters) != std::string::npos) return 1;
  return distance(letters, whole);
}

}  // namespace

std::string_view suggest_key(std::string_view unknown) {
  constexpr std::size_t longest = 64;  // nothing longer is near any key
  if (unknown.size() > longest) return {};
  const auto letters = letters_of(unknown);
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(2, letters.size() / 3) + 1;
  for_each_setting([&](const Setting& setting) {
    const auto found = std::min(distance_to_name(letters, setting.key), distance_to_name(letters, setting.variable));
    if (found < least) {
      least = found;
      nearest = setting.key;
    }
  });
  return nearest;
}

}  // namespace pico::config
