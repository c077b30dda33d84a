#include "https.hpp"

#include "options.hpp"
#include "pico/api/redirect.hpp"

namespace pico::app {
namespace {

std::uint16_t port_of(const std::string& address) { return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1))); }

}  // namespace

Https::Https(const config::Config& config, const http::Router& public_routes, const Clock& clock, metrics::Registry& registry)
    : config_(config), contexts_(registry), redirect_routes_(registry, "redirect") {
  if (!config.serves_tls()) return;
  server_.emplace(tls_listener(config, contexts_), public_routes, registry, "tls");
  if (config.tls.redirect_listen) redirect_server_.emplace(redirect_listener(config), redirect_routes_, registry, "redirect");
  if (!config.tls.cert_file.empty()) files_.emplace(tls::CertificateFilesOptions{config.tls.cert_file, config.tls.key_file}, contexts_, clock, registry);
}

Https::~Https() = default;

Result<void> Https::listen() {
  if (!server_) return {};
  if (auto listening = server_->listen(); !listening) return listening;
  if (redirect_server_)
    if (auto listening = redirect_server_->listen(); !listening) return listening;
  return files_ ? files_->load() : Result<void>();
}

void Https::start() {
  if (!server_) return;
  if (files_) files_->start();
  if (redirect_server_) {
    api::add_redirect_routes(redirect_routes_, redirect_options(config_, port_of(server_->address())));
    redirect_server_->start();
  }
  server_->start();
}

void Https::reload() {
  if (files_) files_->reload();
}

void Https::stop(std::chrono::milliseconds at_most) {
  if (server_) server_->stop(at_most);
  if (redirect_server_) redirect_server_->stop(std::chrono::milliseconds(200));
  if (files_) files_->stop();
}

std::string Https::problem() const { return files_ ? files_->problem() : ""; }

}  // namespace pico::app
