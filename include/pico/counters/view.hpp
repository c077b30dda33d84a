#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pico/storage/view_counts.hpp"

namespace pico::counters {

/// One view of a page or an article, and what its sender wants to know.
struct View {
  std::optional<storage::ViewKey> counted;  ///< nullopt: nothing is counted
  bool unique = true;                       ///< counts as a unique view too
  std::string title;                        ///< of an article
  std::optional<storage::ViewKey> asked;    ///< whose totals the outcome tells, this view and all before it included
  std::optional<storage::ExternalReferrer> referrer;
};

/// An item that has new totals.
struct ViewChange {
  storage::ViewKey key;
  storage::ViewTotals totals;
};

/// Who wants to know of changes, made by whatever instance. Called on the counter's thread; must not block or throw.
struct ViewWatch {
  /// What is looked at: asked for every second while there is any.
  std::function<std::vector<storage::ViewKey>()> watched;
  /// Totals after a commit or a look; they may be what they were.
  std::function<void(std::span<const ViewChange>)> changed;
};

}  // namespace pico::counters
