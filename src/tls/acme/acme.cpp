#include "pico/tls/acme.hpp"

#include <pthread.h>

#include "https_client.hpp"
#include "keeper.hpp"

namespace pico::tls {

Acme::Acme(AcmeOptions options, std::unique_ptr<AcmeStore> store, ServerContexts& contexts, const Clock& clock, metrics::Registry& registry) {
  auto connect = [file = options.authority_file, agent = options.user_agent](std::stop_token stop) -> std::unique_ptr<acme::Http> {
    return std::make_unique<acme::HttpsClient>(file, agent, std::move(stop));
  };
  keeper_ = std::make_unique<acme::Keeper>(std::move(options), std::move(store), contexts, clock, registry, std::move(connect));
}

Acme::~Acme() { stop(); }

void Acme::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  pthread_setname_np(thread_.native_handle(), "acme");
}

void Acme::run(const std::stop_token& stop) {
  const auto wait = [this, &stop](std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
  };
  for (bool hurry = false; !stop.stop_requested();) {
    const auto pause = keeper_->round(stop, wait, hurry);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, pause, [this] { return hurry_; });
    hurry = std::exchange(hurry_, false);
  }
}

void Acme::hurry() {
  const std::lock_guard lock(mutex_);
  hurry_ = true;
  wake_.notify_all();
}

void Acme::request_stop() { thread_.request_stop(); }

void Acme::stop() {
  request_stop();
  if (thread_.joinable()) thread_.join();
}

std::string Acme::problem() const { return keeper_->problem(); }

}  // namespace pico::tls
