#include "pico/micro_import/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "pico/core/hash.hpp"
#include "pico/micro_import/visits.hpp"
#include "pico/storage/error.hpp"
#include "pico/storage/ingest.hpp"
#include "pico/storage/micro_visits.hpp"

namespace pico::micro_import {
namespace {

constexpr std::uint8_t the_shard = 0;

void append_field(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
}

/// What a file is for ever, though rows come behind those it has: another server's of the same website and month begins otherwise.
storage::Epoch epoch_of(const Found& file, const Visit& first) {
  std::string name = "a file of µAnalytics";
  for (const std::string_view field : {std::string_view(file.website), std::string_view(file.month), first.event, first.path})
    append_field(name, field);
  append_field(name, std::to_string(first.number));
  append_field(name, first.time ? std::to_string(*first.time) : "");
  const auto hash = sha256(name);
  storage::Epoch epoch;
  std::copy_n(hash.begin(), epoch.size(), epoch.begin());
  return epoch;
}

/// The UTC month in which the file's visits were, as instants; nullopt for such as cannot be stored.
std::optional<std::pair<Instant, Instant>> span_of(const std::string& month) {
  const std::chrono::year_month at{std::chrono::year(std::stoi(month.substr(0, 4))),
                                   std::chrono::month(static_cast<unsigned>(std::stoi(month.substr(5))))};
  if (!at.ok() || std::chrono::sys_days(at / 1) < writer::oldest_day) return std::nullopt;
  return std::pair(Instant(std::chrono::sys_days(at / 1)), Instant(std::chrono::sys_days((at + std::chrono::months(1)) / 1)));
}

/// One file on its way.
class FileImport {
 public:
  FileImport(const Found& file, Visits& from, storage::Connection& connection, writer::BulkWriter& writer, api::MicroStoredVisits& visits,
             const Options& options)
      : file_(file), from_(from), connection_(connection), writer_(writer), visits_(visits), options_(options) {}

  Result<FileReport> run(std::string site) {
    report_.site = std::move(site);
    const auto in_file = from_.count();
    if (!in_file) return in_file.error();
    report_.in_file = static_cast<std::uint64_t>(*in_file);
    const auto begun = find_epoch();
    if (!begun) return begun.error();
    report_.stored_before = report_.stored_after = stored();
    if (options_.again && report_.stored_before > 0) return still_there();
    const auto position = *begun && !options_.again ? writer_.position(epoch_, the_shard) : 0;
    const auto done = from_.count(static_cast<std::int64_t>(position));
    if (!done) return done.error();
    report_.done_before = static_cast<std::uint64_t>(*done);
    if (options_.dry_run || !*begun) return report_;
    if (options_.again) storage::reset_checkpoint(connection_, epoch_, the_shard);
    if (auto taken = take_from(static_cast<std::int64_t>(position)); !taken) return taken.error();
    report_.stored_after = stored();
    return report_;
  }

 private:
  /// Nothing may come twice: that none of it is here any more is seen, not believed.
  [[nodiscard]] Error still_there() const {
    return {Errc::conflict, fmt::format("{} visits of {} in that month are stored: taken again, they would count twice. Remove the website first "
                                        "(DELETE /{}, or picolytics site remove {} --yes)",
                                        report_.stored_before, report_.site, file_.website, report_.site)};
  }

  /// They have been passed over, and all that was taken before went with the site.
  [[nodiscard]] Error site_removed(std::uint64_t not_stored) const {
    return {Errc::not_found, fmt::format("the site {0} was removed meanwhile, so {1} visits were not stored, and no others may be. To take them, add "
                                         "the site (picolytics site add {0}) and import with --again",
                                         report_.site, not_stored)};
  }

  /// False: the file is empty.
  Result<bool> find_epoch() {
    bool found = false;
    const auto read = from_.read(first_possible, 1, [&](const Visit& first) {
      epoch_ = epoch_of(file_, first);
      found = true;
    });
    if (!read) return read.error();
    return found;
  }

  [[nodiscard]] std::uint64_t stored() {
    const auto span = span_of(file_.month);
    return span ? storage::count_micro_visits(connection_, report_.site, span->first, span->second) : 0;
  }

  Result<void> take_from(std::int64_t position) {
    for (std::uint64_t looked_at = report_.done_before;;) {
      visits_.clear();
      std::optional<Error> error;
      const auto last = from_.read(position, options_.rows_at_a_time, [&](const Visit& visit) {
        ++looked_at;
        if (!error) error = add(visit);
      });
      if (!last) return last.error();
      if (error) return *error;
      if (*last == position) return {};
      const writer::BulkStep step{epoch_, the_shard, static_cast<std::uint64_t>(position), static_cast<std::uint64_t>(*last)};
      const auto written = writer_.write(visits_.events(), step);
      report_.taken += written.events;
      position = *last;
      if (written.of_unknown_sites > 0) return site_removed(written.of_unknown_sites);
      if (options_.progress) options_.progress(looked_at, report_.in_file);
    }
  }

  /// What ends the import.
  std::optional<Error> add(const Visit& visit) {
    if (!visit.time) {
      refuse("time is no whole number", visit.number);
      return std::nullopt;
    }
    const auto added =
        visits_.add(report_.site, {*visit.time, visit.event, visit.path, visit.ip, visit.platform, visit.referer_domain, visit.country});
    if (added) return std::nullopt;
    if (added.error().code != Errc::invalid) return added.error();
    refuse(added.error().message, visit.number);
    return std::nullopt;
  }

  void refuse(const std::string& reason, std::int64_t number) {
    auto& refused = report_.refused[reason];
    ++refused.visits;
    if (refused.first.size() < Refused::listed) refused.first.push_back(number);
  }

  /// SQLite counts rows from 1.
  static constexpr std::int64_t first_possible = 0;

  const Found& file_;
  Visits& from_;
  storage::Connection& connection_;
  writer::BulkWriter& writer_;
  api::MicroStoredVisits& visits_;
  const Options& options_;
  storage::Epoch epoch_{};
  FileReport report_;
};

}  // namespace

Result<FileReport> import_file(const Found& file, storage::Connection& connection, writer::BulkWriter& writer, api::MicroStoredVisits& visits,
                               const Options& options) {
  auto site = api::MicroStoredVisits::site_of(file.website);
  if (!site) return FileReport{};
  auto from = Visits::open(file.file);
  if (!from) return from.error();
  try {
    return FileImport(file, *from, connection, writer, visits, options).run(std::move(*site));
  } catch (const writer::CheckpointMoved&) {
    return Error{Errc::conflict, "somebody else imports " + file.file.string() +
                                     " at the same time, or Postgres has gone back in time; run it again when that is over"};
  } catch (const storage::DatabaseError& error) {
    return Error{Errc::unavailable, error.what()};
  }
}

}  // namespace pico::micro_import
