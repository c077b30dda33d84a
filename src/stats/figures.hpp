#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pico::stats {

/// What all metrics are made of. Every member adds up over a site's days, because a visitor's id changes with the day
/// (docs/stats.md), so figures of cubes, rollups and raw facts can be summed in any order.
struct Figures {
  std::int64_t visitors = 0;       ///< distinct visitor-days
  std::int64_t visits = 0;
  std::int64_t pageviews = 0;
  std::int64_t events = 0;         ///< pageviews and custom events
  std::int64_t entries = 0;        ///< visits that bounces and duration are counted over: for page and hostname, those entered there
  std::int64_t bounces = 0;
  std::int64_t duration_ms = 0;
  std::int64_t engaged_ms = 0;
  std::int64_t engaged_pairs = 0;  ///< pairs of visit and page (path) with engaged time
  std::int64_t scroll_sum = 0;     ///< of the deepest scroll of each pair, 0–100
  std::int64_t scroll_pairs = 0;   ///< pairs that sent a depth

  Figures& operator+=(const Figures& other) {
    each(*this, other, [](std::int64_t& mine, std::int64_t theirs) { mine += theirs; });
    return *this;
  }
  Figures& operator-=(const Figures& other) {
    each(*this, other, [](std::int64_t& mine, std::int64_t theirs) { mine -= theirs; });
    return *this;
  }
  bool operator==(const Figures&) const = default;
  /// Engaged time alone makes no row.
  [[nodiscard]] bool makes_row() const { return visitors != 0 || visits != 0 || events != 0; }
  [[nodiscard]] bool zero() const { return *this == Figures{}; }

  /// Calls f(member of a, member of b) for every member, in the order in which rollups store them.
  template <class A, class B, class F>
  static void each(A& a, B& b, F f) {
    f(a.visitors, b.visitors), f(a.visits, b.visits), f(a.pageviews, b.pageviews), f(a.events, b.events), f(a.entries, b.entries),
        f(a.bounces, b.bounces), f(a.duration_ms, b.duration_ms), f(a.engaged_ms, b.engaged_ms),
        f(a.engaged_pairs, b.engaged_pairs), f(a.scroll_sum, b.scroll_sum), f(a.scroll_pairs, b.scroll_pairs);
  }
};

/// Lets maps keyed by text be asked with views.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Figures by the value of one dimension. Values are as stored: a blank is "", whatever label answers show for it.
using Table = std::unordered_map<std::string, Figures, TextHash, std::equal_to<>>;

inline void add(Table& table, std::string_view value, const Figures& figures) {
  const auto found = table.find(value);
  if (found != table.end()) {
    found->second += figures;
  } else {
    table.emplace(value, figures);
  }
}
inline void add(Table& table, const Table& other) {
  for (const auto& [value, figures] : other) add(table, value, figures);
}

}  // namespace pico::stats
