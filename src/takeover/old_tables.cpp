#include "old_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "sql.hpp"

namespace pico::takeover {
namespace {

constexpr int newest_version = 3;

storage::ConnectOptions session_options(const Options& options) {
  auto connect = options.writer.database;
  connect.application_name = "picolytics takeover";
  connect.statement_timeout = std::chrono::milliseconds(0);
  // A chunk is a short range of the events' key, and each of its sessions is found by its key. Tables that were never analysed must
  // not make the planner read all sessions for each chunk.
  connect.settings.insert(connect.settings.end(), {{"jit", "off"}, {"enable_hashjoin", "off"}, {"enable_mergejoin", "off"}});
  return connect;
}

Error no_tables(const std::string& schema, const std::string& what) {
  return {Errc::not_found,
          fmt::format("the database has no tables of the original picolytics in the schema {} ({}). Use the connection settings that the original had; if its "
                      "tables are in another schema, say --from-schema NAME",
                      schema, what)};
}

Result<void> check_columns(storage::Connection& connection, const std::string& schema) {
  const auto rows = connection.execute(sql("old_tables.columns"), schema);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!rows.get<bool>(i, 1)) return no_tables(schema, "there is no table " + rows.get<std::string>(i, 0));
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!rows.text(i, 2).empty())
      return Error{Errc::invalid, fmt::format("the table {}.{} is not that of the original picolytics 0.1 to 0.3: it lacks {}", schema, rows.text(i, 0), rows.text(i, 2))};
  return {};
}

/// Who ran the original with SKIP_MIGRATIONS may have no such table; the columns have been checked then.
Result<void> check_version(storage::Connection& connection, const std::string& schema) {
  if (connection.execute("select 1 from pg_catalog.pg_tables where schemaname = $1 and tablename = 'schema_version'", schema).empty()) return {};
  const auto rows = connection.execute("select max(version)::bigint from schema_version");
  const auto version = rows.get<std::optional<std::int64_t>>(0, 0).value_or(0);
  if (version >= 1 && version <= newest_version) return {};
  return Error{Errc::invalid, fmt::format("the table {}.schema_version says version {}, and known are 1 to {} (picolytics 0.1 to 0.3): nothing was read. Take over with a "
                                          "release of this program that knows it",
                                          schema, version, newest_version)};
}

Error not_allowed(const std::string& schema, const std::string& what) {
  return {Errc::invalid, fmt::format("the old tables may not be read: {0}. Have their owner say: grant usage on schema {1} to USER; grant select on all tables in schema {1} "
                                     "to USER",
                                     what, schema)};
}

}  // namespace

Result<OldTables> OldTables::open(const Options& options) {
  auto connection = storage::Connection::open(session_options(options));
  if (!connection) return connection.error();
  connection->execute("select set_config('search_path', quote_ident($1), false)", options.schema);
  try {
    if (auto checked = check_columns(*connection, options.schema); !checked) return checked.error();
    // What may not be used is not seen at all by its bare name.
    if (!connection->execute("select has_schema_privilege($1, 'usage')", options.schema).get<bool>(0, 0))
      return not_allowed(options.schema, "permission denied for schema " + options.schema);
    if (auto checked = check_version(*connection, options.schema); !checked) return checked.error();
    connection->execute("select from events, sessions, domains limit 0");
  } catch (const storage::DatabaseError& error) {
    if (error.sqlstate() != "42501") throw;
    return not_allowed(options.schema, error.what());
  }
  return OldTables(std::move(*connection));
}

std::vector<OldDomain> OldTables::domains() {
  const auto rows = connection_.execute(sql("old_tables.domains"));
  std::vector<OldDomain> domains;
  for (std::size_t i = 0; i < rows.size(); ++i)
    domains.push_back({rows.get<std::int64_t>(i, 0), rows.get<std::string>(i, 1), rows.get<std::optional<Instant>>(i, 2)});
  return domains;
}

std::uint64_t OldTables::count_after(std::int64_t id) {
  return static_cast<std::uint64_t>(connection_.execute("select count(*) from events where id > $1", id).get<std::int64_t>(0, 0));
}

std::vector<std::string> OldTables::writers() {
  const auto rows = connection_.execute(sql("old_tables.writers"));
  std::vector<std::string> writers;
  for (std::size_t i = 0; i < rows.size(); ++i) writers.push_back(rows.get<std::string>(i, 0));
  return writers;
}

std::optional<std::int64_t> OldTables::settled(const Options& options, const Observer& observer) {
  const auto last = connection_.execute("select coalesce(max(id), 0) from events").get<std::int64_t>(0, 0);
  // Who holds an id below `last` got it earlier and has the lock by now, or is done.
  auto before = writers();
  if (!before.empty() && observer.waiting) observer.waiting(before.size());
  const auto deadline = std::chrono::steady_clock::now() + options.patience;
  while (!before.empty()) {
    if (std::chrono::steady_clock::now() > deadline) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // Postgres tells nobody when a transaction of others ends
    const auto list = writers();
    const std::set<std::string> now(list.begin(), list.end());
    std::erase_if(before, [&](const auto& writer) { return !now.contains(writer); });
  }
  return last;
}

storage::Rows OldTables::read(const Range& range, std::size_t limit) {
  return connection_.execute(sql("old_tables.events"), range.after, range.last, static_cast<std::int64_t>(limit), range.ranked_from);
}

}  // namespace pico::takeover
