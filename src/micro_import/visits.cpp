#include "pico/micro_import/visits.hpp"

#include <sqlite3.h>

#include <cctype>
#include <string>

namespace pico::micro_import {
namespace {

namespace fs = std::filesystem;

constexpr int patience_ms = 10'000;

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

/// As a URI, in which some characters of a path mean something.
std::string uri_of(const fs::path& file, const char* parameters) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string uri = "file:";
  const auto path = fs::absolute(file);
  for (const char c : path.native()) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '/' || c == '.' || c == '-' || c == '_') {
      uri += c;
      continue;
    }
    uri += '%';
    uri += digits[byte >> 4];
    uri += digits[byte & 15];
  }
  return uri + parameters;
}

/// Null when it cannot be opened; `code` says why.
Database open_uri(const std::string& uri, int& code) {
  sqlite3* opened = nullptr;
  code = sqlite3_open_v2(uri.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(opened);
  if (code != SQLITE_OK) return {};
  sqlite3_busy_timeout(database.get(), patience_ms);
  code = sqlite3_exec(database.get(), "select count(*) from sqlite_master", nullptr, nullptr, nullptr);  // opening alone reads nothing
  return code == SQLITE_OK ? std::move(database) : Database{};
}

bool has_content(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return !error && size > 0;
}

std::string_view text_of(sqlite3_stmt* row, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return text == nullptr ? std::string_view() : std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
}

Visit visit_of(sqlite3_stmt* row) {
  Visit visit;
  visit.number = sqlite3_column_int64(row, 0);
  if (sqlite3_column_type(row, 1) == SQLITE_INTEGER) visit.time = sqlite3_column_int64(row, 1);
  visit.event = text_of(row, 2);
  visit.path = text_of(row, 3);
  visit.ip = text_of(row, 4);
  visit.platform = text_of(row, 5);
  visit.referer_domain = text_of(row, 6);
  visit.country = text_of(row, 7);
  return visit;
}

}  // namespace

struct Visits::Impl {
  fs::path file;
  Database database;

  [[nodiscard]] Error error() const { return {Errc::io, file.string() + " cannot be read: " + sqlite3_errmsg(database.get())}; }
  Result<Statement> prepare(const char* sql) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(database.get(), sql, -1, &prepared, nullptr) != SQLITE_OK) return error();
    return Statement(prepared);
  }
};

Visits::Visits(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Visits::Visits(Visits&&) noexcept = default;
Visits& Visits::operator=(Visits&&) noexcept = default;
Visits::~Visits() = default;

Result<Visits> Visits::open(const fs::path& file) {
  int code = SQLITE_OK;
  auto database = open_uri(uri_of(file, "?mode=ro"), code);
  // With a write-ahead log SQLite wants to make files beside it. Where it cannot, and there is nothing in the log, the file is all there is.
  const bool cannot_write = code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
  if (!database && cannot_write && !has_content(file.string() + "-wal") && !has_content(file.string() + "-journal"))
    database = open_uri(uri_of(file, "?mode=ro&immutable=1"), code);
  if (!database) return Error{Errc::io, file.string() + " cannot be read: " + sqlite3_errstr(code)};
  return Visits(std::make_unique<Impl>(file, std::move(database)));
}

Result<std::int64_t> Visits::count(std::optional<std::int64_t> up_to) {
  auto prepared = impl_->prepare("select count(*) from visits where ?1 is null or rowid <= ?1");
  if (!prepared) return prepared.error();
  auto* statement = prepared->get();
  if (up_to) sqlite3_bind_int64(statement, 1, *up_to);
  if (sqlite3_step(statement) != SQLITE_ROW) return impl_->error();
  return sqlite3_column_int64(statement, 0);
}

Result<std::int64_t> Visits::read(std::int64_t after, std::int64_t limit, const Reader& reader) {
  auto prepared = impl_->prepare(
      "select rowid, time, event, path, ip, platform, refererDomain, countryCode from visits where rowid > ?1 order by rowid limit ?2");
  if (!prepared) return prepared.error();
  auto* statement = prepared->get();
  sqlite3_bind_int64(statement, 1, after);
  sqlite3_bind_int64(statement, 2, limit);
  int code = SQLITE_OK;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    const auto visit = visit_of(statement);
    after = visit.number;
    reader(visit);
  }
  if (code != SQLITE_DONE) return impl_->error();
  return after;
}

}  // namespace pico::micro_import
