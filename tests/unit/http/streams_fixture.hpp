#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "client.hpp"
#include "pico/http/server.hpp"

namespace pico::http {

/// A server whose handlers hand their work to threads of their own.
class StreamsTest : public testing::Test {
 protected:
  static constexpr std::chrono::seconds patience{30};

  void TearDown() override {
    if (server_ != nullptr) server_->stop(std::chrono::milliseconds(0));
    join_workers();
  }

  void join_workers() {
    for (;;) {
      std::vector<std::thread> workers;
      {
        const std::lock_guard lock(mutex_);
        workers.swap(workers_);
      }
      if (workers.empty()) return;
      for (auto& worker : workers) worker.join();
    }
  }

  void start(Limits limits = {}) {
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    options.limits = limits;
    server_ = std::make_unique<Server>(options, router_, registry_, "test");
    const auto listening = server_->listen();
    ASSERT_TRUE(listening) << listening.error().message;
    server_->start();
  }

  /// On a thread of its own.
  template <class Work>
  void work(Work work) {
    const std::lock_guard lock(mutex_);
    workers_.emplace_back(std::move(work));
  }

  template <class T>
  static T wait_for(std::future<T> future) {
    if (future.wait_for(patience) != std::future_status::ready) throw std::runtime_error("nothing has come");
    return future.get();
  }

  double streams() { return registry_.gauge("picolytics_http_streams", "Bodies and answers that are passed on while they come.", {{"listener", "test"}}).Value(); }

  /// Waits until no session has to do with a stream.
  bool all_left() {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (streams() != 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return streams() == 0;
  }

  metrics::Registry registry_;
  Router router_{registry_, "test"};
  std::unique_ptr<Server> server_;

 private:
  std::mutex mutex_;
  std::vector<std::thread> workers_;  // guarded by mutex_
};

}  // namespace pico::http
