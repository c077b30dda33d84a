#pragma once
#include <string_view>

#include "pico/audit/audit.hpp"

namespace pico::audit {

/// What may be found in a place.
enum class Rule : std::uint8_t {
  everything,
  no_ipv4,  ///< of columns that hold versions: 10.0.19.45 is one, too
  asked_for,  ///< addresses may be there: of sites that ask to keep them
};

/// Searches bytes. A place that is longer than memory is searched in pieces: `begin` and `end` bound where a hit may start, and the
/// bytes around them (`overlap` of them are enough) are looked at only to see it whole.
class Finder {
 public:
  static constexpr std::size_t overlap = 1024;

  explicit Finder(const Options& options);

  void search(std::string_view bytes, std::size_t begin, std::size_t end, Rule rule, Hits& hits) const;
  void search(std::string_view bytes, Rule rule, Hits& hits) const { search(bytes, 0, bytes.size(), rule, hits); }

 private:
  struct Pattern {
    std::string bytes;
    const char* what;
  };
  [[nodiscard]] bool allowed(std::string_view text) const;

  std::vector<Pattern> patterns_;  // of the options' addresses and User-Agents
  const std::vector<IpAddress>& allowed_;
};

}  // namespace pico::audit
