#include "https.hpp"

#include <spdlog/spdlog.h>

#include "certificate_store.hpp"
#include "options.hpp"
#include "pico/api/acme.hpp"
#include "pico/api/redirect.hpp"

namespace pico::app {
namespace {

std::uint16_t port_of(const std::string& address) { return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1))); }

}  // namespace

Https::Https(const config::Config& config, const http::Router& public_routes, const Clock& clock, metrics::Registry& registry)
    : config_(config), clock_(clock), registry_(registry), contexts_(registry), redirect_routes_(registry, "redirect") {
  if (!config.serves_tls()) return;
  server_.emplace(tls_listener(config, contexts_), public_routes, registry, "tls");
  if (config.tls.redirect_listen) redirect_server_.emplace(redirect_listener(config), redirect_routes_, registry, "redirect");
  if (!config.tls.cert_file.empty()) files_.emplace(tls::CertificateFilesOptions{config.tls.cert_file, config.tls.key_file}, contexts_, clock, registry);
}

Https::~Https() { end_care(); }

Result<void> Https::listen() {
  if (!server_) return {};
  if (auto listening = server_->listen(); !listening) return listening;
  if (redirect_server_)
    if (auto listening = redirect_server_->listen(); !listening) return listening;
  return files_ ? files_->load() : Result<void>();
}

void Https::add_routes(http::Router& public_routes, storage::Pool& pool, http::RateLimiter& limiter) {
  if (!server_) return;
  if (config_.autotls.enabled)
    for (auto* routes : {&public_routes, &redirect_routes_}) api::add_challenge_routes(*routes, pool, limiter);
  api::add_redirect_routes(redirect_routes_, redirect_options(config_, port_of(server_->address())));
}

void Https::start(const storage::ConnectOptions& database) {
  if (!server_) return;
  server_->start();
  if (redirect_server_) redirect_server_->start();
  if (files_) files_->start();
  if (!config_.autotls.enabled) return;
  if (config_.autotls.staging && config_.autotls.directory.empty())
    spdlog::warn("autotlsStaging is true: the certificate comes from Let's Encrypt's test directory, and no browser believes it");
  auto options = acme_options(config_);
  auto store = std::make_unique<CertificateStore>(database, options.directory, options.host, store_stop_.get_token());
  acme_.emplace(std::move(options), std::move(store), contexts_, clock_, registry_);
  acme_->start();
}

void Https::reload() {
  if (files_) files_->reload();
  if (acme_) acme_->hurry();
}

std::vector<http::Server*> Https::listeners() {
  std::vector<http::Server*> all;
  for (auto* server : {&server_, &redirect_server_})
    if (*server) all.push_back(&**server);
  return all;
}

void Https::request_stop() {
  if (acme_) acme_->request_stop();
}

void Https::end_care() {
  store_stop_.request_stop();
  if (files_) files_->stop();
  if (acme_) acme_->stop();
}

std::string Https::problem() const { return files_ ? files_->problem() : acme_ ? acme_->problem() : ""; }

}  // namespace pico::app
