#include <algorithm>
#include <unordered_map>

#include "binary.hpp"
#include "ingest_impl.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

using SiteIds = std::unordered_map<std::string, SiteId>;

SiteIds find_sites(Connection& connection, const std::vector<std::string>& domains) {
  const auto rows = connection.execute(sql("ingest.find_sites"), domains);
  SiteIds found;
  for (std::size_t i = 0; i < rows.size(); ++i) found.emplace(rows.get<std::string>(i, 0), rows.get<int>(i, 1));
  return found;
}

void create_sites(Connection& connection, std::span<const SiteName> names, const SiteIds& existing) {
  std::vector<std::string> domains, zones;
  for (const auto& name : names) {
    if (existing.contains(std::string(name.domain))) continue;
    domains.emplace_back(name.domain);
    zones.emplace_back(name.time_zone);
  }
  connection.execute(sql("ingest.create_sites"), domains, zones);
}

}  // namespace

Ingest::Batch::Batch(Ingest& ingest) : ingest_(*ingest.impl_), transaction_(ingest_.connection) {
  // Whatever the server's default: a batch that is reported committed lets its journal segment go.
  ingest_.connection.execute("set local synchronous_commit = on");
}
Ingest::Batch::~Batch() = default;

bool Ingest::Batch::advance(const Epoch& epoch, std::span<const Advance> advances) {
  const auto result = ingest_.run(
      "ingest.advance", {std::string(reinterpret_cast<const char*>(epoch.data()), epoch.size()),
                         binary::array(advances, [](const Advance& a) { return static_cast<std::int16_t>(a.shard); }),
                         binary::array(advances, [](const Advance& a) { return static_cast<std::int64_t>(a.expected); }),
                         binary::array(advances, [](const Advance& a) { return static_cast<std::int64_t>(a.target); })});
  return affected(result) == advances.size();
}

std::vector<SiteId> Ingest::Batch::site_ids(std::span<const SiteName> names) {
  std::vector<std::string> domains;
  for (const auto& name : names) domains.emplace_back(name.domain);
  auto found = find_sites(ingest_.connection, domains);
  if (found.size() < names.size()) {
    create_sites(ingest_.connection, names, found);
    found = find_sites(ingest_.connection, domains);  // also what another instance made meanwhile
  }
  std::vector<SiteId> ids;
  for (const auto& domain : domains) ids.push_back(found.at(domain));
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
