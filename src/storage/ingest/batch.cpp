#include <algorithm>

#include "binary.hpp"
#include "ingest_impl.hpp"
#include "pico/storage/sites.hpp"
#include "site_lock.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

/// The first of the two keys of the advisory locks of take_turns() ("pitu").
constexpr std::int32_t turn_lock_class = 0x70697475;

}  // namespace

Ingest::Batch::Batch(Ingest& ingest) : ingest_(*ingest.impl_), transaction_(ingest_.connection) {
  // Durable: a batch that is reported committed lets its journal segment go.
  begin_batch(ingest_.connection);
}
Ingest::Batch::~Batch() = default;

bool Ingest::Batch::advance(const Epoch& epoch, std::span<const Advance> advances) {
  const auto result = ingest_.run(
      "ingest.advance", {std::string(reinterpret_cast<const char*>(epoch.data()), epoch.size()),
                         binary::array(advances, [](const Advance& a) { return static_cast<std::int16_t>(a.shard); }),
                         binary::array(advances, [](const Advance& a) { return static_cast<std::int64_t>(a.expected); }),
                         binary::array(advances, [](const Advance& a) { return static_cast<std::int64_t>(a.target); }),
                         std::string(reinterpret_cast<const char*>(ingest_.owner.data()), ingest_.owner.size())});
  return affected(result) == advances.size();
}

void Ingest::Batch::take_turns(std::span<const std::int32_t> lanes) {
  std::string lock_class;
  binary::append_number(lock_class, turn_lock_class);
  ingest_.run("ingest.take_turns", {lock_class, binary::array(lanes, [](std::int32_t lane) { return lane; })});
}

FoundSites Ingest::Batch::find_sites(std::span<const std::string_view> domains) {
  const std::vector<std::string> names(domains.begin(), domains.end());
  const auto rows = ingest_.connection.execute(sql("ingest.find_sites"), names);
  FoundSites found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& site = found.sites.emplace_back();
    site.id = rows.get<std::optional<int>>(i, 0).value_or(0);
    if (const auto removed_at = rows.get<std::optional<Instant>>(i, 1)) site.takes_from = *removed_at + removal_margin;
    found.word_generation = rows.text(i, 2);
  }
  return found;
}

std::vector<SiteId> Ingest::Batch::make_sites(std::span<const SiteName> names) {
  std::vector<std::string> domains, zones;
  std::vector<std::string_view> asked;
  for (const auto& name : names) {
    domains.emplace_back(name.domain);
    zones.emplace_back(name.time_zone);
    asked.push_back(name.domain);
  }
  ingest_.connection.execute(sql("ingest.create_sites"), domains, zones);
  std::vector<SiteId> ids;
  for (const auto& site : find_sites(asked).sites) ids.push_back(site.id);
  return ids;
}

void Ingest::Batch::add_opt_outs(std::vector<OptOutRow> rows) {
  if (rows.empty()) return;
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return std::tie(a.site, a.day) < std::tie(b.site, b.day); });
  ingest_.run("ingest.add_opt_outs", {binary::array(rows, [](const OptOutRow& r) { return r.site; }),
                                      binary::array(rows, [](const OptOutRow& r) { return r.day; }),
                                      binary::array(rows, [](const OptOutRow& r) { return r.hits; })});
}

void Ingest::Batch::add_dead_letters(const Epoch& epoch, std::span<const DeadLetter> letters) {
  for (const auto& letter : letters) {
    const std::span payload(reinterpret_cast<const std::uint8_t*>(letter.payload.data()), letter.payload.size());
    ingest_.connection.execute(sql("ingest.add_dead_letter"), to_hex(epoch), static_cast<std::int64_t>(letter.sequence),
                               letter.sqlstate, payload);
  }
}

void Ingest::Batch::commit() {
  transaction_.commit();
}

}  // namespace pico::storage
