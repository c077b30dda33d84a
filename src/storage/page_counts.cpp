#include "pico/storage/page_counts.hpp"

#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

constexpr int rows_at_a_time = 5000;
constexpr std::int64_t shard_locks = 0x7069636f;  // "pico"; the first of an advisory lock's two numbers

/// The tracker's days lie within; beyond them Postgres would not read every date.
constexpr Day first_event = std::chrono::year(1970) / 1 / 1, last_event = std::chrono::year(9999) / 1 / 1;

/// The host a page begins with: `example.com/path` → `example.com`; `/path` → nothing.
std::string_view host_of(std::string_view page) {
  return page.substr(0, page.find('/'));
}

std::int64_t seconds_of(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

}  // namespace

void add_page_counts(Connection& connection, int shard, std::span<const PageCount> counts) {
  std::vector<std::string> pages, domains;
  std::vector<std::int64_t> hours, views;
  for (const auto& count : counts) {
    pages.push_back(count.page);
    domains.push_back(normalise_host(host_of(count.page)));
    hours.push_back(seconds_of(count.hour));
    views.push_back(count.views);
  }
  connection.execute(sql("page_counts.add"), pages, domains, hours, views, shard);
}

std::vector<HourCount> page_hours(Connection& connection, std::string_view page, Instant from, Instant until) {
  const auto host = host_of(page);
  const auto path = page.substr(host.size());
  const auto first_day = std::clamp(std::chrono::floor<std::chrono::days>(from) - std::chrono::days(1), first_event, last_event);
  const auto last_day = std::clamp(std::chrono::floor<std::chrono::days>(until) + std::chrono::days(1), first_event, last_event);
  const auto rows = connection.execute(sql("page_counts.hours"), page, normalise_host(host), to_lower_ascii(host), path, from, until,
                                       first_day, last_day);
  std::vector<HourCount> hours;
  for (std::size_t i = 0; i < rows.size(); ++i) hours.push_back({rows.get<Instant>(i, 0), rows.get<std::int64_t>(i, 1)});
  return hours;
}

std::size_t delete_page_counts_before(Connection& connection, Instant before) {
  for (std::size_t deleted = 0;;) {
    const auto rows = connection.execute(sql("page_counts.delete_before"), before, rows_at_a_time).affected();
    if (rows == 0) return deleted;
    deleted += rows;
  }
}

void delete_page_counts_of(Connection& connection, int site_id, std::string_view domain) {
  connection.execute("delete from pico.page_counts where site_id = $1", site_id);
  const std::string name(domain);
  for (const auto& host : {name, "www." + name}) {
    connection.execute("delete from pico.page_counts where site_id = 0 and (page = $1 or starts_with(page, $2))", host, host + "/");
  }
}

int hold_shard(Connection& connection) {
  const auto rows = connection.execute("select n from generate_series(0, $1::int - 1) n where pg_try_advisory_lock($2::int, n) limit 1",
                                       max_shards, shard_locks);
  if (!rows.empty()) return rows.get<int>(0, 0);
  return connection.execute("select pg_backend_pid() % $1::int", max_shards).get<int>(0, 0);
}

bool begin_count_batch(Connection& connection, std::string_view writer_uuid, std::int64_t batch) {
  return connection.execute(sql("count_batches.begin"), writer_uuid, batch).affected() == 1;
}

void forget_count_batches(Connection& connection, std::string_view writer_uuid) {
  connection.execute("delete from pico.count_batches where writer = $1::uuid or updated_at < now() - interval '7 days'", writer_uuid);
}

}  // namespace pico::storage
