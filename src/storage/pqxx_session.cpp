#include "pqxx_session.hpp"

#include <pqxx/except>
#include <pqxx/prepared_statement>
#include <utility>

namespace pico::storage {

#if PQXX_VERSION_MAJOR >= 7

std::unique_ptr<PqxxConnection> adopt(PGconn* session) {
  return std::make_unique<PqxxConnection>(pqxx::connection::seize_raw_connection(session));
}

pqxx::result run(PqxxConnection& connection, const std::string& sql, const Params& params) {
  pqxx::nontransaction statement(connection);
  if (params.values().empty()) return statement.exec(sql);
  pqxx::params values;
  for (const auto& value : params.values()) values.append(value);
#if PQXX_VERSION_MAJOR > 7 || PQXX_VERSION_MINOR >= 10
  return statement.exec(sql, values);
#else
  return statement.exec_params(sql, values);
#endif
}

#else

OncePolicy::handle OncePolicy::do_startconnect(handle current) {
  if (current != nullptr) return current;
  if (session_ == nullptr) throw pqxx::broken_connection("the session is over");
  return std::exchange(session_, nullptr);
}

std::unique_ptr<PqxxConnection> adopt(PGconn* session) {
  return std::make_unique<PqxxConnection>(session);
}

pqxx::result run(PqxxConnection& connection, const std::string& sql, const Params& params) {
  pqxx::nontransaction statement(connection);
  if (params.values().empty()) return statement.exec(sql);
  std::vector<const char*> values;  // libpqxx 6 takes a null pointer for NULL
  for (const auto& value : params.values()) values.push_back(value ? value->c_str() : nullptr);
  return statement.exec_params(sql, pqxx::prepare::make_dynamic_params(values));
}

#endif

}  // namespace pico::storage
