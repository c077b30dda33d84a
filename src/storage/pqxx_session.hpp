#pragma once
#include <libpq-fe.h>

#include <memory>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <string>

#include "pico/storage/params.hpp"

/// The difference between libpqxx 6.4 and 7 lives in this file and its .cpp only.
namespace pico::storage {

#if PQXX_VERSION_MAJOR >= 7
using PqxxConnection = pqxx::connection;
#else
/// libpqxx 6 asks its policy for the session, and asks again when that is lost. It gets ours once: a session that comes back
/// silently in the middle of a transaction would run the transaction's second half alone.
class OncePolicy final : public pqxx::connectionpolicy {
 public:
  explicit OncePolicy(PGconn* session) : connectionpolicy(std::string{}), session_(session) {}
  handle do_startconnect(handle current) override;

 private:
  PGconn* session_;
};
struct PolicyHolder {
  OncePolicy policy;
};
class PqxxConnection final : private PolicyHolder, public pqxx::connection_base {
 public:
  explicit PqxxConnection(PGconn* session) : PolicyHolder{OncePolicy(session)}, connection_base(policy) { init(); }
  ~PqxxConnection() noexcept { close(); }
};
#endif

/// Hands an open libpq session over to libpqxx, which closes it in the end.
std::unique_ptr<PqxxConnection> adopt(PGconn* session);

/// Runs one statement with parameters, or several without.
pqxx::result run(PqxxConnection& connection, const std::string& sql, const Params& params);

}  // namespace pico::storage
