#include "pico/storage/certificates.hpp"

#include "sql.hpp"

namespace pico::storage {

StoredCertificate load_certificate(Connection& connection, std::string_view directory, std::string_view host) {
  const auto rows = connection.execute(sql("certificates.load"), directory, host);
  if (rows.empty()) return {};
  return {rows.get<std::optional<std::string>>(0, 0), rows.get<std::optional<std::string>>(0, 1),
          {rows.get<int>(0, 2), rows.get<int>(0, 3), std::chrono::seconds(rows.get<std::int64_t>(0, 4)), rows.get<std::string>(0, 5)}};
}

void save_certificate(Connection& connection, std::string_view directory, std::string_view host, std::string_view chain, std::string_view private_key) {
  connection.execute(sql("certificates.save"), directory, host, chain, private_key);
}

void save_certificate_failures(Connection& connection, std::string_view directory, std::string_view host, const CertificateFailures& failures) {
  connection.execute(sql("certificates.save_failures"), directory, host, failures.all, failures.refused, std::int64_t{failures.pause.count()},
                     failures.latest);
}

bool try_lock_certificate(Connection& connection, std::string_view host) {
  return connection.execute("select pg_try_advisory_lock(hashtextextended('picolytics acme ' || $1::text, 0))", host).get<bool>(0, 0);
}

void unlock_certificate(Connection& connection, std::string_view host) {
  connection.execute("select pg_advisory_unlock(hashtextextended('picolytics acme ' || $1::text, 0))", host);
}

bool holds_certificate(Connection& connection, std::string_view host) {
  return connection.execute(sql("certificates.holds"), host).get<bool>(0, 0);
}

std::string acme_account_key(Connection& connection, std::string_view directory, std::string_view offered) {
  connection.execute("insert into pico.acme_accounts (directory, private_key) values ($1, $2) on conflict (directory) do nothing", directory, offered);
  return connection.execute("select private_key from pico.acme_accounts where directory = $1", directory).get<std::string>(0, 0);
}

void publish_challenge(Connection& connection, std::string_view token, std::string_view answer) {
  connection.execute("delete from pico.acme_challenges where created_at < now() - interval '1 day'");
  connection.execute(sql("certificates.publish_challenge"), token, answer);
}

void withdraw_challenge(Connection& connection, std::string_view token) {
  connection.execute("delete from pico.acme_challenges where token = $1", token);
}

std::optional<std::string> find_challenge(Connection& connection, std::string_view token) {
  const auto rows = connection.execute("select answer from pico.acme_challenges where token = $1", token);
  return rows.empty() ? std::nullopt : std::optional(rows.get<std::string>(0, 0));
}

}  // namespace pico::storage
