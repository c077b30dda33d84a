#include "connecting.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "conninfo.hpp"

namespace pico::storage {
namespace {

using std::chrono::steady_clock;

/// As libpq has it: less than 2 s are 2 s, and 0 or less is no limit at all.
constexpr int least_timeout_s = 2;

struct EventFile {
  EventFile() = default;
  ~EventFile() { close(number); }
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;
  const int number = eventfd(0, EFD_CLOEXEC);
};

/// Makes a stop request wake poll().
class StopEvent {
 public:
  explicit StopEvent(const std::stop_token& stop) : callback_(stop, [this] { eventfd_write(event_.number, 1); }) {}

  /// False: the time is up or a stop was requested.
  bool wait(int socket, short events, steady_clock::time_point deadline) const {
    std::array<pollfd, 2> files{{{socket, events, 0}, {event_.number, POLLIN, 0}}};
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
      if (left <= 0) return false;
      const int ready = poll(files.data(), files.size(), static_cast<int>(std::min<std::int64_t>(left, 3'600'000)));
      if (files[1].revents != 0) return false;
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return false;
    }
  }

 private:
  EventFile event_;
  std::stop_callback<std::function<void()>> callback_;  // goes first, and its destructor waits for a call that runs
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const auto comma = list.find(',', begin);
    parts.push_back(list.substr(begin, comma - begin));
    if (comma == std::string::npos) return parts;
    begin = comma + 1;
  }
}

std::string value_of(const ConnectionValues& values, const char* key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

/// libpq gives the time for a connection to each address of a name, so they are told apart here. Where nothing is found, libpq
/// is left to say why.
std::vector<std::string> addresses_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {""};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  std::vector<std::string> addresses;
  for (const auto* entry = found; entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      addresses.emplace_back(text.data());
  }
  return addresses.empty() ? std::vector<std::string>{""} : addresses;
}

bool is_socket_folder(const std::string& host) {
  return host.empty() || host.front() == '/' || host.front() == '@';
}

steady_clock::time_point deadline_of(const ConnectionValues& values) {
  const auto text = value_of(values, "connect_timeout");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (seconds <= 0) return steady_clock::time_point::max();
  return steady_clock::now() + std::chrono::seconds(std::max(seconds, least_timeout_s));
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// Drives the handshake to its end. Empty: it is open; else why not.
std::string await_open(PGconn* session, const StopEvent& stop, steady_clock::time_point deadline) {
  if (session == nullptr) return "out of memory";
  auto next = PGRES_POLLING_WRITING;
  while (PQstatus(session) != CONNECTION_BAD && next != PGRES_POLLING_FAILED) {
    if (!stop.wait(PQsocket(session), next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
      return "the server at " + std::string(PQhost(session)) + " does not answer";
    next = PQconnectPoll(session);
    if (next == PGRES_POLLING_OK) return "";
  }
  return one_line(PQerrorMessage(session));
}

}  // namespace

std::vector<ConnectionValues> candidates(const ConnectionValues& values) {
  const auto hosts = split(value_of(values, "host")), addresses = split(value_of(values, "hostaddr"));
  const auto ports = split(value_of(values, "port"));
  const auto size = std::max(hosts.size(), addresses.size());
  const auto fits = [&](const auto& list) { return list.size() == 1 || list.size() == size; };
  if (!fits(hosts) || !fits(addresses) || !fits(ports)) return {values};  // libpq has the words for what is wrong
  std::vector<ConnectionValues> all;
  for (std::size_t i = 0; i < size; ++i) {
    const auto at = [i](const auto& list) { return list[list.size() == 1 ? 0 : i]; };
    auto one = values;
    const auto set = [&one](const char* key, const std::string& value) { value.empty() ? void(one.erase(key)) : void(one[key] = value); };
    set("host", at(hosts));
    set("port", at(ports));
    const bool resolved = !at(addresses).empty() || is_socket_folder(at(hosts));
    for (const auto& address : resolved ? std::vector{at(addresses)} : addresses_of(at(hosts))) {
      set("hostaddr", address);
      all.push_back(one);
    }
  }
  return all;
}

Result<PGconn*> connect(const ConnectionValues& values, const std::stop_token& stop) {
  const StopEvent stop_event(stop);
  std::string reasons;
  for (const auto& candidate : candidates(values)) {
    if (stop.stop_requested()) return Error{Errc::unavailable, "the server is stopping"};
    PGconn* session = PQconnectStart(format_conninfo(candidate).c_str());
    const auto reason = await_open(session, stop_event, deadline_of(candidate));
    if (reason.empty()) return session;
    PQfinish(session);
    reasons += (reasons.empty() ? "" : "; ") + reason;
  }
  return Error{Errc::unavailable, "cannot connect to Postgres: " + reasons};
}

}  // namespace pico::storage
