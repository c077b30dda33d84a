#include "pico/api/micro_stored_visits.hpp"

#include "intake.hpp"
#include "names.hpp"

namespace pico::api {

using micro_analytics::Intake;
using micro_analytics::Spool;

struct MicroStoredVisits::Impl {
  Impl(MicroInsertOptions given, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts, const enrich::Sites& sites, const Clock& clock)
      : options(std::move(given)), intake(options, std::move(knowledge), salts, sites, clock) {
    begin();
  }
  void begin() { spool.emplace(Spool::Options{.directory = options.spool_directory, .min_free_bytes = options.min_free_bytes}); }

  const MicroInsertOptions options;
  Intake intake;
  std::optional<Spool> spool;
  micro_analytics::Item item;
};

MicroStoredVisits::MicroStoredVisits(MicroInsertOptions options, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts,
                                     const enrich::Sites& sites, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(knowledge), salts, sites, clock)) {}
MicroStoredVisits::~MicroStoredVisits() = default;

std::optional<std::string> MicroStoredVisits::site_of(std::string_view website) {
  return micro_analytics::site_of(website);
}

Result<void> MicroStoredVisits::add(std::string_view site, const MicroStoredVisit& visit) {
  // To the API a time of the year 1 is one that was not given. Here it is one of those that nobody could read then.
  const std::chrono::sys_seconds time{std::chrono::seconds(visit.time)};
  if (time < writer::oldest_day) return Error{Errc::invalid, "time is before the year 2000"};
  auto& item = impl_->item;
  item.clear();
  item.time = std::to_string(visit.time);
  item.event = visit.event;
  item.path = visit.path;
  item.ip = visit.ip;
  item.platform = visit.platform;
  item.referer_domain = visit.referer_domain;
  item.country_code = visit.country;
  bool replaced = false;
  const auto fault = impl_->intake.take(item, site, Intake::Unreadable::refuse, *impl_->spool, replaced);
  if (!fault) return {};
  if (fault->code == "InvalidDatabaseName") return Error{Errc::not_found, fault->message};
  return Error{fault->status < 500 ? Errc::invalid : Errc::unavailable, fault->message};
}

std::uint64_t MicroStoredVisits::size() const {
  return impl_->spool->events();
}
writer::BulkSource& MicroStoredVisits::events() {
  return *impl_->spool;
}
void MicroStoredVisits::clear() {
  impl_->begin();
}

}  // namespace pico::api
