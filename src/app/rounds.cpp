#include "rounds.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

namespace pico::app {
namespace {

constexpr std::chrono::seconds interval{5};

}  // namespace

Rounds::Rounds(std::string thread, std::string work, storage::ConnectOptions database, std::function<void(storage::Connection&)> round)
    : name_(std::move(thread)), work_(std::move(work)), database_(std::move(database)), round_(std::move(round)) {}

Rounds::~Rounds() { stop(); }

void Rounds::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  pthread_setname_np(thread_.native_handle(), name_.c_str());
}

void Rounds::request_stop() { thread_.request_stop(); }

void Rounds::stop() {
  request_stop();
  if (thread_.joinable()) thread_.join();
}

void Rounds::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      try_round(stop);
      tell("");
    } catch (const std::exception& error) {  // a row that cannot be read (std::logic_error) must not end the server
      if (!stop.stop_requested()) tell(error.what());
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, interval, [] { return false; });
  }
  connection_.reset();
}

void Rounds::try_round(const std::stop_token& stop) {
  if (!connection_ || connection_->lost()) {
    connection_.reset();
    auto opened = storage::Connection::open(database_, stop);
    if (!opened) throw storage::DatabaseError("", true, opened.error().message);
    connection_.emplace(std::move(*opened));
  }
  round_(*connection_);
}

/// Logs when something goes wrong, and when it no longer does.
void Rounds::tell(const std::string& problem) {
  if (!failing_ && !problem.empty()) spdlog::warn("{} is held up and will be tried again: {}", work_, problem);
  if (failing_ && problem.empty()) spdlog::info("{} works again", work_);
  failing_ = !problem.empty();
}

}  // namespace pico::app
