#include "pico/storage/connection.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <pqxx/except>
#include <random>

#include "connecting.hpp"
#include "connection_impl.hpp"
#include "conninfo.hpp"
#include "native_connection.hpp"
#include "rows_impl.hpp"

namespace pico::storage {
namespace {

/// Classes whose primary messages speak of the server's state, of schema objects or of our own SQL, never of values.
constexpr std::array<std::string_view, 13> quotable_classes{"08", "25", "28", "3D", "3F", "40", "42",
                                                            "53", "54", "55", "57", "58", "0A"};

std::string describe(std::string_view sqlstate, std::string_view message) {
  const auto quotable =
      std::find(quotable_classes.begin(), quotable_classes.end(), sqlstate.substr(0, 2)) != quotable_classes.end();
  auto text = quotable ? std::string(message.substr(0, message.find('\n'))) : std::string("Postgres refused the statement");
  return text + " (SQLSTATE " + std::string(sqlstate) + ")";
}

bool ends_session(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03";
}

void discard_notice(void*, const char*) {}

Result<PGconn*> connect_with(const ConnectOptions& options, const std::stop_token& stop) {
  auto values = parse_conninfo(options.conninfo);
  if (!values) return values.error();
  (*values)["application_name"] = options.application_name;
  (*values)["client_encoding"] = "UTF8";
  // A server that vanished without a word (power, network) is noticed within a minute, not after the kernel's two hours.
  const ConnectionValues patience{{"connect_timeout", "10"},
                                  {"keepalives_idle", "30"},
                                  {"keepalives_interval", "10"},
                                  {"keepalives_count", "3"},
                                  {"tcp_user_timeout", "60000"}};
  values->insert(patience.begin(), patience.end());
  auto session = connect(*values, stop);
  if (session) PQsetErrorVerbosity(*session, PQERRORS_TERSE);  // no DETAIL, HINT or CONTEXT: they quote values
  return session;
}

/// Session settings are set by statement and not by start-up parameters, which connection poolers refuse.
void apply_settings(Connection& connection, const ConnectOptions& options) {
  std::vector<std::pair<std::string, std::string>> settings{
      {"search_path", "pico"},
      {"timezone", "UTC"},
      {"datestyle", "ISO, YMD"},
      {"synchronous_commit", "on"},
      {"client_min_messages", "warning"},
      {"statement_timeout", std::to_string(options.statement_timeout.count())},
      {"lock_timeout", std::to_string(options.lock_timeout.count())},
      // A session whose client died or was cut off ends soon, and lets go of the rows it has locked.
      {"tcp_keepalives_idle", "30"},
      {"tcp_keepalives_interval", "10"},
      {"tcp_keepalives_count", "3"},
      {"client_connection_check_interval", "2000"},
  };
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  std::vector<std::string> names, values;
  for (const auto& [name, value] : settings) names.push_back(name), values.push_back(value);
  // Of these, only Linux knows how to look whether a client is still there.
  connection.execute(
      "select pg_catalog.set_config(name, value, false) from unnest($1::text[], $2::text[]) as s(name, value) "
      "where name <> 'client_connection_check_interval' or version() like '%linux%'",
      names, values);
}

std::chrono::milliseconds pause_before_retry(int retry) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const double seconds = std::min(10.0, 0.5 * static_cast<double>(1 << std::min(retry, 10)));
  return std::chrono::milliseconds(static_cast<int>(1000 * seconds * std::uniform_real_distribution(0.95, 1.05)(random)));
}

void pause(std::chrono::milliseconds length, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, length, [] { return false; });
}

}  // namespace

Connection::Impl::Impl(PGconn* session, const std::stop_token& stop)
    : connection(adopt(session)), native(session), canceller(PQgetCancel(session), &PQfreeCancel), line(PQsocket(session)),
      cut_off(stop, [this] { line.cut(); }) {
  PQsetNoticeProcessor(native, discard_notice, nullptr);  // libpq or libpqxx would print them to standard error
}

DatabaseError Connection::Impl::lost_error() {
  lost = true;
  return DatabaseError("", true, "the session with Postgres is lost");
}

DatabaseError Connection::Impl::error(std::string_view sqlstate, std::string_view message) {
  if (lost || (sqlstate.empty() && PQstatus(native) != CONNECTION_OK)) return lost_error();
  if (ends_session(sqlstate) || PQstatus(native) != CONNECTION_OK) lost = true;
  return DatabaseError(sqlstate, lost, describe(sqlstate, message));
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const ConnectOptions& options, const std::stop_token& stop) {
  const auto session = connect_with(options, stop);
  if (!session) return session.error();
  try {
    Connection connection(std::make_unique<Impl>(*session, stop));
    apply_settings(connection, options);
    return connection;
  } catch (const DatabaseError& error) {
    return Error{Errc::unavailable, error.what()};
  }
}

Result<Connection> Connection::open_with_retries(const ConnectOptions& options, int attempts, const std::stop_token& stop) {
  for (int attempt = 0;; ++attempt) {
    auto connection = open(options, stop);
    if (connection || connection.error().code == Errc::invalid || attempt + 1 >= attempts || stop.stop_requested())
      return connection;
    pause(pause_before_retry(attempt), stop);
  }
}

Rows Connection::execute(std::string_view sql, const Params& params) {
  if (impl_->lost) throw impl_->lost_error();
  try {
    return Rows(std::make_shared<const Rows::Impl>(Rows::Impl{run(*impl_->connection, std::string(sql), params)}));
  } catch (const pqxx::broken_connection&) {
    throw impl_->lost_error();
  } catch (const pqxx::serialization_failure& error) {  // of these, libpqxx 6 forgets the SQLSTATE
    throw impl_->error("40001", error.what());
  } catch (const pqxx::deadlock_detected& error) {
    throw impl_->error("40P01", error.what());
  } catch (const pqxx::insufficient_privilege& error) {
    throw impl_->error("42501", error.what());
  } catch (const pqxx::sql_error& error) {
    throw impl_->error(error.sqlstate(), error.what());
  } catch (const pqxx::failure&) {
    throw impl_->error("", "");
  }
}

void Connection::cancel() noexcept {
  std::array<char, 256> reason{};
  if (impl_->canceller) PQcancel(impl_->canceller.get(), reason.data(), static_cast<int>(reason.size()));
}

bool Connection::lost() const {
  return impl_->lost;
}

PGconn* native_connection(Connection& connection) {
  if (connection.lost()) throw connection.impl().lost_error();
  return connection.impl().native;
}

void expect_status(Connection& connection, PGresult* result, ExecStatusType expected) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> owned(result, &PQclear);
  if (PQresultStatus(result) == expected) return;
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  throw connection.impl().error(sqlstate != nullptr ? sqlstate : "", PQresultErrorMessage(result));
}

Transaction::Transaction(Connection& connection, Isolation isolation) : connection_(connection) {
  connection_.execute(isolation == Isolation::repeatable_read ? "begin isolation level repeatable read" : "begin");
}

Transaction::~Transaction() {
  if (!open_ || connection_.lost()) return;
  try {
    connection_.execute("rollback");
  } catch (const DatabaseError&) {  // the session is lost, and with it the transaction
  }
}

void Transaction::commit() {
  // Postgres answers the commit of a failed transaction with a silent rollback.
  if (PQtransactionStatus(native_connection(connection_)) == PQTRANS_INERROR) {
    throw DatabaseError("25P02", false, "the transaction has failed and cannot be committed (SQLSTATE 25P02)");
  }
  connection_.execute("commit");
  open_ = false;
}

}  // namespace pico::storage
