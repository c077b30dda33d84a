#include "supervisor.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster.hpp"

namespace pico::storage::embedded {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto log_check_interval = 10s;
constexpr auto first_pause = 100ms;
constexpr auto longest_pause = std::chrono::milliseconds(10s);
constexpr auto healthy_run = 60s;  // after which a death is taken for a new trouble

}  // namespace

Supervisor::Supervisor(Command command, Account account, LogFile log, std::chrono::milliseconds shutdown_timeout)
    : command_([&] {
        command.output = log.fd();
        return std::move(command);
      }()),
      account_(std::move(account)),
      log_(std::move(log)),
      shutdown_timeout_(shutdown_timeout),
      stop_event_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

Supervisor::~Supervisor() {
  eventfd_write(stop_event_, 1);
  thread_.join();
  close(stop_event_);
}

bool Supervisor::stopping() const {
  pollfd stop{stop_event_, POLLIN, 0};
  return poll(&stop, 1, 0) == 1;
}

void Supervisor::pause(std::chrono::milliseconds length) {
  pollfd stop{stop_event_, POLLIN, 0};
  poll(&stop, 1, static_cast<int>(length.count()));
}

void Supervisor::run() {
  pthread_setname_np(pthread_self(), "postgres-super");
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);  // signals are for the server's own threads, and would interrupt poll()
  auto wait = std::chrono::milliseconds(first_pause);
  while (!stopping()) {
    const auto begin = steady_clock::now();
    run_once();
    if (stopping()) return;
    if (steady_clock::now() - begin > healthy_run) wait = first_pause;
    spdlog::error("starting Postgres anew in {} ms", wait.count());
    pause(wait);
    wait = std::min(2 * wait, longest_pause);
  }
}

void Supervisor::run_once() {
  log_.bound();
  const auto child = start_child(command_, account_);
  if (!child) {
    ++ends_;
    spdlog::error("{}", child.error().message);
    return;
  }
  pid_ = *child;
  const int ended = static_cast<int>(syscall(SYS_pidfd_open, *child, 0));
  pollfd events[] = {{stop_event_, POLLIN, 0}, {ended, POLLIN, 0}};
  while (poll(events, 2, std::chrono::milliseconds(log_check_interval).count()) == 0) log_.bound();
  close(ended);
  if (stopping()) end_postmaster(*child, shutdown_timeout_);
  int status = 0;
  waitpid(*child, &status, 0);
  pid_ = 0;
  if (stopping()) return;
  ++ends_;
  spdlog::error("Postgres ended: {}; see {}", describe_status(status), log_.path().string());
}

}  // namespace pico::storage::embedded
