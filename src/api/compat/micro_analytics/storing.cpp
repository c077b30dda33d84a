#include "storing.hpp"

#include <spdlog/spdlog.h>

#include "item_reader.hpp"
#include "names.hpp"
#include "pico/storage/error.hpp"

namespace pico::api::micro_analytics {
namespace {

http::Response inserted() { return http::Response::empty(200); }

Fault cut_off() { return {"InvalidJSON", "invalid JSON in the body of the request: it was cut off"}; }

Fault perhaps_inserted() {
  return {"InsertFailed", "it may have been inserted: Postgres went away during the commit; ask for what is there before sending it again", 500, true};
}

/// Takes what is left of a body that is refused, so that its client sees the answer; up to a bound.
void drain(http::BodyPipe& body) {
  constexpr std::size_t at_most = 64u << 20;
  std::size_t drained = 0;
  for (auto piece = body.read(); !piece.empty() && drained < at_most; piece = body.read()) drained += piece.size();
}

}  // namespace

/// What came of reading a list.
struct Storing::Reading {
  std::uint64_t skipped = 0, replaced = 0;
  std::optional<Fault> fault;
};

Spool::Options Storing::spool_options() const { return {.directory = options_.spool_directory, .min_free_bytes = options_.min_free_bytes}; }

void Storing::answer(const Answer& answer, const std::optional<Fault>& fault) const {
  (fault ? metrics_.of_status(fault->status) : metrics_.committed).Increment();
  answer(fault ? answer_of(*fault) : inserted());
}

std::optional<Fault> Storing::read(const ItemJob& job, Spool& spool) {
  std::string_view rest = job.body;
  Item item;
  const auto next = [&] { return std::exchange(rest, {}); };
  const auto take = [&](Item& taken) {
    item = std::move(taken);
    return true;
  };
  if (auto fault = read_items(next, BodyForm::item, take)) return fault;
  bool replaced = false;
  return intake_.take(item, job.site, Intake::Unreadable::refuse, spool, replaced);
}

void Storing::store_alone(std::vector<ItemJob> jobs) {
  for (auto& job : jobs) {
    std::vector<ItemJob> alone;
    alone.push_back(std::move(job));
    store(std::move(alone));
  }
}

void Storing::store(std::vector<ItemJob> jobs) {
  if (!options_.make_sites && jobs.size() > 1) return store_alone(std::move(jobs));  // a site may be gone by then: whose it was shows
  Spool spool(spool_options());
  std::vector<ItemJob> written;
  for (auto& job : jobs) {
    if (const auto fault = read(job, spool)) {
      metrics_.refused.Increment();
      answer(job.answer, fault);
    } else {
      written.push_back(std::move(job));
    }
  }
  if (written.empty()) return;
  std::uint64_t without_site = 0;
  const auto fault = write(spool, without_site);
  if (fault && fault->status != 503 && !fault->perhaps_stored && written.size() > 1) return store_alone(std::move(written));  // whose fault it is shows
  if (fault) (fault->perhaps_stored ? metrics_.unknown : metrics_.refused).Increment(static_cast<double>(written.size()));
  for (const auto& job : written) answer(job.answer, fault);
}

std::optional<Fault> Storing::take_listed(const Item& item, const std::optional<std::string>& site, Spool& spool, Reading& reading) {
  if (!site && item.website.empty()) {
    ++reading.skipped;
    return std::nullopt;
  }
  const auto of_item = site ? site : site_of(item.website);
  if (!of_item) return no_website();
  bool replaced = false;
  auto fault = intake_.take(item, *of_item, Intake::Unreadable::now, spool, replaced);
  reading.replaced += replaced ? 1 : 0;
  return fault;
}

Storing::Reading Storing::read(const ListJob& job, Spool& spool) {
  Reading reading;
  std::uint64_t number = 0;
  const auto next = [&] { return job.body->read(); };
  const auto take = [&](Item& item) {
    reading.fault = take_listed(item, job.site, spool, reading);
    if (reading.fault) reading.fault->message += " (item " + std::to_string(number) + " of the list, counted from 0)";
    ++number;
    return !reading.fault;
  };
  try {
    if (auto fault = read_items(next, BodyForm::list, take)) reading.fault = std::move(fault);
    if (reading.fault) drain(*job.body);
  } catch (const http::BodyLost&) {
    if (!reading.fault) reading.fault = cut_off();
  }
  return reading;
}

void Storing::store(ListJob job) {
  Spool spool(spool_options());
  auto reading = read(job, spool);
  std::uint64_t without_site = 0;
  if (!reading.fault) reading.fault = write(spool, without_site);
  reading.skipped += without_site;
  metrics_.spilled_bytes.Increment(static_cast<double>(spool.spilled()));
  if (reading.fault) {
    (reading.fault->perhaps_stored ? metrics_.unknown : metrics_.refused).Increment(static_cast<double>(spool.events()));
    return answer(job.answer, reading.fault);
  }
  metrics_.skipped.Increment(static_cast<double>(reading.skipped));
  metrics_.replaced_times.Increment(static_cast<double>(reading.replaced));
  metrics_.committed.Increment();
  auto response = inserted();
  if (reading.skipped > 0) response.with("X-Picolytics-Skipped", std::to_string(reading.skipped));
  if (reading.replaced > 0) response.with("X-Picolytics-Replaced-Times", std::to_string(reading.replaced));
  job.answer(std::move(response));
}

std::optional<Fault> Storing::write(Spool& spool, std::uint64_t& without_site) {
  if (spool.events() == 0) return std::nullopt;
  try {
    const auto result = writer_.write(spool);
    metrics_.inserted.Increment(static_cast<double>(result.events));
    without_site = result.of_unknown_sites;
    return result.events > 0 ? std::nullopt : std::optional(not_listed());
  } catch (const writer::OutcomeUnknown& error) {
    spdlog::error("visits of µAnalytics' API may have been inserted: {}", error.what());
    return perhaps_inserted();
  } catch (const storage::DatabaseError& error) {
    spdlog::warn("visits of µAnalytics' API could not be inserted: {}", error.what());
    if (error.connection_lost()) return Fault{"InternalError", "nothing was inserted: Postgres is away; try again", 503};
  } catch (const std::runtime_error& error) {  // the spool, or an event that the writer does not take; neither quotes anything
    spdlog::warn("visits of µAnalytics' API could not be inserted: {}", error.what());
  }
  return Fault{"InsertFailed", "nothing was inserted; try again", 500};
}

}  // namespace pico::api::micro_analytics
