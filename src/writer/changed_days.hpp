#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "pico/storage/day_changes.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::writer {

/// What a transaction of many chunks has to announce at its end. Not thread-safe.
class ChangedDays {
 public:
  /// at_most: visitor-days that are listed. When there are more, what was listed becomes whole days of which anything may have changed.
  explicit ChangedDays(std::size_t at_most) : room_(at_most), at_most_(at_most) {}

  void add(std::span<const storage::VisitorDay> changed);
  /// Leaves nothing.
  std::vector<storage::DayChange> take();

 private:
  void list_no_more();

  std::map<std::pair<storage::SiteId, Day>, std::optional<std::vector<std::int64_t>>> days_;
  std::size_t room_;
  const std::size_t at_most_;
};

}  // namespace pico::writer
