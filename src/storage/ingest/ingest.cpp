#include "pico/storage/ingest.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "ingest_impl.hpp"
#include "native_connection.hpp"
#include "pico/storage/install.hpp"
#include "sql.hpp"

namespace pico::storage {

Ingest::Impl::Impl(Connection opened, int parts, const Owner& whose)
    : connection(std::move(opened)), hash_parts(parts), owner(whose), word_key(install_key(connection, "word_key")) {}

PgResult Ingest::Impl::run(const std::string& name, const std::vector<std::string>& parameters) {
  PGconn* native = native_connection(connection);
  if (!prepared.contains(name)) {
    expect_status(connection, PQprepare(native, name.c_str(), std::string(storage::sql(name)).c_str(), 0, nullptr),
                  PGRES_COMMAND_OK);
    prepared.insert(name);
  }
  const BinaryParameters given(parameters);
  return checked(
      PQexecPrepared(native, name.c_str(), given.count(), given.values.data(), given.lengths.data(), given.formats.data(), 1));
}

PgResult Ingest::Impl::run_planned(const std::string& name, const std::vector<std::string>& parameters) {
  const BinaryParameters given(parameters);
  return checked(PQexecParams(native_connection(connection), std::string(storage::sql(name)).c_str(), given.count(), nullptr,
                              given.values.data(), given.lengths.data(), given.formats.data(), 1));
}

PgResult Ingest::Impl::checked(PGresult* answer) {
  PgResult result(answer, &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) expect_status(connection, result.release(), PGRES_COMMAND_OK);
  return result;
}

void Ingest::Impl::copy(const char* statement, const std::string& rows) {
  static constexpr std::string_view header{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
  static constexpr std::string_view trailer{"\377\377", 2};
  PGconn* native = native_connection(connection);
  expect_status(connection, PQexec(native, statement), PGRES_COPY_IN);
  // A failure to send shows in the result below.
  for (const std::string_view part : {header, std::string_view(rows), trailer}) {
    PQputCopyData(native, part.data(), static_cast<int>(part.size()));
  }
  PQputCopyEnd(native, nullptr);
  PgResult result(PQgetResult(native), &PQclear);
  while (PGresult* rest = PQgetResult(native)) PQclear(rest);
  expect_status(connection, result.release(), PGRES_COMMAND_OK);
}

std::size_t affected(const PgResult& result) {
  const std::string_view text = PQcmdTuples(result.get());
  std::size_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

Ingest::Ingest(Connection connection, int hash_parts, const Owner& owner)
    : impl_(std::make_unique<Impl>(std::move(connection), hash_parts, owner)) {}
Ingest::~Ingest() = default;

const HashKey& Ingest::word_key() const {
  return impl_->word_key;
}

std::optional<std::vector<std::uint64_t>> Ingest::claim(const Epoch& epoch, std::span<const std::uint8_t> shards) {
  const std::vector<std::int64_t> numbers(shards.begin(), shards.end());
  const auto id = to_hex(epoch), owner = to_hex(impl_->owner);
  impl_->connection.execute(
      "insert into pico.ingest_checkpoint (epoch, shard, sequence) select $1::uuid, s, 0 from unnest($2::smallint[]) as s "
      "on conflict (epoch, shard) do nothing",
      id, numbers);
  impl_->connection.execute(sql("ingest.claim"), id, numbers, owner, static_cast<int>(owner_silence.count()));
  const auto rows = impl_->connection.execute(sql("ingest.read_checkpoints"), id, numbers, owner);
  std::vector<std::uint64_t> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows.get<std::optional<bool>>(i, 1).value_or(false)) return std::nullopt;
    out.push_back(static_cast<std::uint64_t>(rows.get<std::int64_t>(i, 0)));
  }
  return out;
}

void Ingest::release(const Epoch& epoch, std::span<const std::uint8_t> shards) {
  impl_->connection.execute(
      "update pico.ingest_checkpoint set owner = null where epoch = $1::uuid and shard = any ($2::smallint[]) and owner = $3::uuid",
      to_hex(epoch), std::vector<std::int64_t>(shards.begin(), shards.end()), to_hex(impl_->owner));
}

void Ingest::ensure_partitions(std::span<const Day> days) {
  storage::ensure_partitions(impl_->connection, days, impl_->hash_parts);
}

void reset_checkpoint(Connection& connection, const Epoch& epoch, std::uint8_t shard) {
  connection.execute("update pico.ingest_checkpoint set sequence = 0, updated_at = now() where epoch = $1::uuid and shard = $2", to_hex(epoch), static_cast<int>(shard));
}

}  // namespace pico::storage
