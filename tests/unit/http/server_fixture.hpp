#pragma once
#include <gtest/gtest.h>

#include <memory>

#include "client.hpp"
#include "pico/http/server.hpp"

namespace pico::http {

/// A server of one thread whose routes the tests add.
class WithServer : public testing::Test {
 protected:
  void start(ListenerOptions options = {}) {
    options.address = "127.0.0.1:0";
    server_ = std::make_unique<Server>(options, router_, registry_, "test");
    ASSERT_TRUE(server_->listen());
    server_->start();
  }
  std::string ask(std::string_view request) {
    Client client(server_->address());
    client.send(request);
    return client.receive();
  }
  /// Waits for a line of the metrics.
  bool shows(const std::string& line) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (registry_.expose().find(line) == std::string::npos && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return registry_.expose().find(line) != std::string::npos;
  }

  metrics::Registry registry_;
  Router router_{registry_, "test"};
  std::unique_ptr<Server> server_;
};

}  // namespace pico::http
