#include "pico/tls/server_contexts.hpp"

#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstring>

#include "openssl.hpp"

namespace pico::tls {
namespace {

/// TLS 1.2 with forward secrecy and authenticated encryption only; those of TLS 1.3 are all of that kind. In no order of ours: clients know
/// best what their hardware is quick at.
constexpr const char* ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr std::array<unsigned char, 10> session_context{'p', 'i', 'c', 'o', 'l', 'y', 't', 'i', 'c', 's'};
constexpr long session_lifetime_s = 7200;

/// RFC 7301: who offers protocols, none of which is ours, is refused; who offers none gets HTTP/1.1.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::string_view ours = "http/1.1";
  for (unsigned at = 0; at < offered_size; at += 1u + offered[at]) {
    if (offered[at] != ours.size() || at + 1 + ours.size() > offered_size) continue;
    if (std::memcmp(offered + at + 1, ours.data(), ours.size()) != 0) continue;
    *chosen = offered + at + 1;
    *chosen_size = static_cast<unsigned char>(ours.size());
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void configure(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, ciphers);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // An idle connection keeps no buffers; a write may go on from another place with the same bytes.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  // Sessions are in tickets that the clients keep; nothing is remembered here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(context, session_context.data(), session_context.size());
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_timeout(context, session_lifetime_s);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

}  // namespace

ServerContexts::ServerContexts(metrics::Registry& registry)
    : expires_(registry.gauge("picolytics_tls_certificate_expires_timestamp_seconds",
                              "When the certificate that is served ends, in seconds since 1970. 0: there is none yet.")) {}
ServerContexts::~ServerContexts() = default;

Result<ServerContexts::Context> ServerContexts::make(const Identity& identity) {
  const Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return Error{Errc::internal, "OpenSSL makes no context: " + latest_failure()};
  configure(context.get());
  const auto chain = read_chain(identity.chain);
  const auto key = read_key(identity.key);
  bool taken = !chain.empty() && key && SSL_CTX_use_certificate(context.get(), chain.front().get()) == 1 &&
               SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1;
  for (std::size_t i = 1; taken && i < chain.size(); ++i) taken = SSL_CTX_add1_chain_cert(context.get(), chain[i].get()) == 1;
  if (!taken) return Error{Errc::invalid, "the certificate cannot be used: " + latest_failure()};
  return context;
}

Result<void> ServerContexts::use(Identity identity) {
  const auto validity = validity_of(identity);
  if (!validity) return validity.error();
  auto context = make(identity);
  if (!context) return context.error();
  const std::lock_guard lock(mutex_);
  identity_ = std::move(identity);
  context_ = std::move(*context);
  validity_ = *validity;
  expires_.Set(static_cast<double>(std::chrono::floor<std::chrono::seconds>(validity->not_after).time_since_epoch().count()));
  return {};
}

void ServerContexts::renew_ticket_keys() {
  const std::lock_guard lock(mutex_);
  if (!context_) return;
  if (auto context = make(identity_)) context_ = std::move(*context);
  else spdlog::warn("the keys of session tickets stay as they are: {}", context.error().message);
}

std::unique_ptr<Connection> ServerContexts::open(int socket) const {
  Context context;
  {
    const std::lock_guard lock(mutex_);
    context = context_;
  }
  if (!context) return nullptr;
  ERR_clear_error();
  auto* ssl = SSL_new(context.get());
  if (ssl == nullptr) return nullptr;
  auto connection = std::make_unique<Connection>(ssl);
  if (SSL_set_fd(ssl, socket) != 1) return nullptr;
  SSL_set_accept_state(ssl);
  return connection;
}

std::optional<Validity> ServerContexts::validity() const {
  const std::lock_guard lock(mutex_);
  return validity_;
}

}  // namespace pico::tls
