#include "pico/storage/migrator.hpp"

#include <spdlog/spdlog.h>

#include <charconv>
#include <chrono>
#include <thread>

#include "migration_files.hpp"
#include "pico/core/hash.hpp"
#include "pico/storage/session_lock.hpp"
#include "short_locks.hpp"

namespace pico::storage {
namespace {

constexpr std::int64_t lock_id = 0x7069636f6c797469;  // "picolyti"

/// `0001_schema.sql` → 1
int version_of(const EmbeddedFile& file) {
  int version = 0;
  std::from_chars(file.name.data(), file.name.data() + file.name.size(), version);
  return version;
}

std::string checksum_of(const EmbeddedFile& file) {
  static const HashKey fixed_key;
  KeyedHasher hasher(fixed_key);
  const auto digest = hasher.field(file.data).digest();
  return to_hex({reinterpret_cast<const std::uint8_t*>(&digest), sizeof digest});
}

/// Asked for first: "if not exists" demands the right to make schemas of the database even when there is nothing to make, and that right may
/// have been given for the first start only.
void make_schema(Connection& connection) {
  if (connection.execute("select from pg_namespace where nspname = 'pico'").empty()) connection.execute("create schema if not exists pico");
  connection.execute(
      "create table if not exists pico.schema_version ("
      "  version int primary key,"
      "  name text not null,"
      "  checksum text not null,"
      "  applied_at timestamptz not null default now())");
}

/// The migrations that have run, oldest first, checked against the files.
Result<std::size_t> count_applied(Connection& connection, std::span<const EmbeddedFile> files) {
  const auto rows = connection.execute("select version, name, checksum from pico.schema_version order by version");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto name = rows.get<std::string>(i, 1);
    if (i >= files.size()) {
      return Error{Errc::conflict, "the database is newer than this program: migration " + name + " is not known here"};
    }
    if (rows.get<int>(i, 0) != version_of(files[i]) || rows.text(i, 2) != checksum_of(files[i])) {
      return Error{Errc::conflict, "migration " + name + " differs from the one that was applied to the database"};
    }
  }
  return rows.size();
}

/// Other instances serve meanwhile, and what they hold a table's lock for can take an hour (a long list that a slow client reads). Who
/// waits for the exclusive lock makes all who come after wait as well, so it waits for a moment, lets them go first, and tries again.
void apply(Connection& connection, const EmbeddedFile& file) {
  using namespace std::chrono_literals;
  auto tell_at = std::chrono::steady_clock::now();
  while (const auto failure = try_with_short_locks(connection, [&] {
    connection.execute(file.data);
    connection.execute("insert into pico.schema_version (version, name, checksum) values ($1, $2, $3)", version_of(file), file.name,
                       checksum_of(file));
  })) {
    if (const auto now = std::chrono::steady_clock::now(); now >= tell_at) {
      spdlog::warn("migration {} is held up by other sessions and is tried again: {}", file.name, failure->what());
      tell_at = now + 1min;
    }
    std::this_thread::sleep_for(2s);
  }
}

void report_missing_reader(Connection& connection) {
  if (connection.execute("select 1 from pg_roles where rolname = 'picolytics_reader'").empty()) {
    spdlog::info(
        "the role picolytics_reader could not be made (no right CREATEROLE); docs/schema.md says how to make it by hand");
  }
}

}  // namespace

std::span<const EmbeddedFile> migrations() {
  return migration_files::files();
}

Result<std::vector<std::string>> migrate(Connection& connection, std::span<const EmbeddedFile> files) {
  SessionLock lock(connection, lock_id);  // each migration commits on its own
  if (!lock.held()) {
    spdlog::info("another instance is at the migrations: waiting until it is done");
    lock.wait();
  }
  make_schema(connection);
  const auto applied = count_applied(connection, files);
  if (!applied) return applied.error();
  std::vector<std::string> names;
  for (const auto& file : files.subspan(*applied)) {
    apply(connection, file);
    spdlog::info("applied migration {}", file.name);
    names.emplace_back(file.name);
  }
  if (!names.empty()) report_missing_reader(connection);
  return names;
}

}  // namespace pico::storage
