#pragma once
#include <memory>

#include "geo.hpp"

namespace pico::enrich {

/// One thread's view of the geo database: holds on to the one in use, so that the texts of the last look-up stay valid.
class LocationFinder {
 public:
  /// `source` must outlive this.
  explicit LocationFinder(const GeoSource& source) : source_(source) {}

  /// The views live until the next call.
  event::Location find(const IpAddress& address) {
    if (const auto revision = source_.revision(); revision != revision_) {
      revision_ = revision;
      database_ = source_.current();
    }
    return database_ ? database_->find(address) : event::Location{};
  }

 private:
  const GeoSource& source_;
  std::uint64_t revision_ = 0;
  std::shared_ptr<const GeoDatabase> database_;
};

}  // namespace pico::enrich
