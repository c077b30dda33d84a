#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pico/api/micro_inserts.hpp"
#include "pico/core/result.hpp"

namespace pico::api {

/// A visit as µAnalytics keeps it: platform, domain and country have been derived. Holds an IP address: must not leave RAM.
struct MicroStoredVisit {
  std::int64_t time = 0;  ///< seconds since 1970
  std::string_view event, path, ip, platform, referer_domain, country;
};

/// Makes events of such visits, as the API makes them of what is handed in. Belongs to one thread.
class MicroStoredVisits {
 public:
  /// What is given by reference must outlive it.
  MicroStoredVisits(MicroInsertOptions options, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts,
                    const enrich::Sites& sites, const Clock& clock);
  ~MicroStoredVisits();
  MicroStoredVisits(const MicroStoredVisits&) = delete;
  MicroStoredVisits& operator=(const MicroStoredVisits&) = delete;

  /// The site that a website is; nullopt: it has no name for one.
  static std::optional<std::string> site_of(std::string_view website);

  /// Adds the visit's event to those that wait. Errc::invalid: the visit cannot be taken; the sentence says why and quotes nothing. Others:
  /// none can be for now.
  Result<void> add(std::string_view site, const MicroStoredVisit& visit);
  /// How many wait.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] writer::BulkSource& events();
  /// None wait any more.
  void clear();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::api
