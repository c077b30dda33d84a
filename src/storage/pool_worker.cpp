#include "pool_worker.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace pico::storage {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto first_pause = 100ms;
constexpr auto longest_pause = std::chrono::milliseconds(5s);

std::exception_ptr away() {
  return std::make_exception_ptr(DatabaseError("", true, "Postgres cannot be reached"));
}

}  // namespace

Pool::Worker::Worker(Pool& pool, int number)
    : pool_(pool), thread_([this, number] {
        pthread_setname_np(pthread_self(), ("query-" + std::to_string(number)).c_str());
        loop();
      }) {}

Pool::Worker::~Worker() {
  stop_.request_stop();
  thread_.join();
}

void Pool::Worker::loop() {
  connect();
  while (auto query = pool_.next()) {
    if (query->work) {
      query->done(perform(query->work));
    } else {
      ping();
    }
  }
  replace(std::nullopt);
}

std::exception_ptr Pool::Worker::perform(const Work& work) {
  if (!connect()) return away();
  auto failure = attempt(work);
  if (lost() && connect()) failure = attempt(work);
  return failure;
}

std::exception_ptr Pool::Worker::attempt(const Work& work) {
  const auto begin = steady_clock::now();
  std::exception_ptr failure;
  try {
    work(*connection_);
  } catch (const DatabaseError& error) {
    pool_.metrics_.count(error);
    failure = std::current_exception();
  } catch (...) {
    failure = std::current_exception();
  }
  pool_.metrics_.query_seconds.Observe(std::chrono::duration<double>(steady_clock::now() - begin).count());
  return failure;
}

void Pool::Worker::ping() {
  try {
    if (connect()) connection_->execute("select 1");
  } catch (const DatabaseError& error) {
    pool_.metrics_.count(error);
  }
  connect();
}

bool Pool::Worker::connect() {
  if (connection_ && !connection_->lost()) return true;
  replace(std::nullopt);
  if (steady_clock::now() < next_try_) return false;
  auto opened = Connection::open(pool_.options_.connect, stop_.get_token());
  if (stop_.stop_requested()) return false;
  const bool up = opened.has_value();
  if (pool_.healthy_.exchange(up) && !up) spdlog::error("{}", opened.error().message);
  pool_.metrics_.up.Set(up ? 1 : 0);
  pause_ = up ? 0ms : std::clamp(2 * pause_, std::chrono::milliseconds(first_pause), longest_pause);
  next_try_ = steady_clock::now() + pause_;
  if (up) replace(std::move(*opened));
  return connection_.has_value();
}

void Pool::Worker::replace(std::optional<Connection> connection) {
  const double before = connection_ ? 1 : 0;
  connection_ = std::move(connection);
  pool_.metrics_.connections.Increment((connection_ ? 1 : 0) - before);
}

}  // namespace pico::storage
