#include "pico/http/server.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>
#include <pthread.h>

#include <thread>

#include "io_thread.hpp"

namespace pico::http {
namespace {

using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
constexpr int backlog = 4096;

struct Target {
  asio::ip::address address;
  std::uint16_t port = 0;
  bool any = false;  ///< every address of the machine, IPv4 and IPv6
};

Result<Target> parse_target(const std::string& text) {
  const Error wrong{Errc::invalid, fmt::format("\"{}\" is no address to listen on: write it as host:port, such as :8080, 127.0.0.1:8080 "
                                               "or [::1]:8080",
                                               text)};
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return wrong;
  const auto port_text = text.substr(colon + 1);
  if (port_text.size() > 5 || port_text.find_first_not_of("0123456789") != std::string::npos) return wrong;
  const auto port = std::stoul(port_text);
  if (port > 65535) return wrong;
  Target target;
  target.port = static_cast<std::uint16_t>(port);
  auto host = text.substr(0, colon);
  if (host.empty()) {
    target.any = true;
    target.address = asio::ip::address_v6::any();
    return target;
  }
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  target.address = asio::ip::make_address(host, error);
  if (error) return wrong;
  return target;
}

/// Opens, binds and listens. With share_port, further sockets may share the port (one per io thread).
boost::system::error_code open(Acceptor& acceptor, const Target& target, bool share_port) {
  boost::system::error_code error;
  const tcp::endpoint endpoint(target.address, target.port);
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (share_port) acceptor.set_option(ReusePort(true), error);
  if (target.any && target.address.is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  acceptor.bind(endpoint, error);
  if (error) return error;
  acceptor.listen(backlog, error);
  return error;
}

Error listen_error(const std::string& address, const boost::system::error_code& error) {
  if (error == asio::error::address_in_use)
    return {Errc::conflict, fmt::format("cannot listen on {}: another program has that port. Stop it, or choose another address", address)};
  if (error == asio::error::access_denied)
    return {Errc::io, fmt::format("cannot listen on {}: not permitted. Ports below 1024 need root or CAP_NET_BIND_SERVICE", address)};
  return {Errc::io, fmt::format("cannot listen on {}: {}", address, error.message())};
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ListenerOptions& options, const Router& router, metrics::Registry& registry, std::string name)
      : name_(std::move(name)),
        shared_{options, router, Metrics(registry, name_),
                options.tls == nullptr ? std::nullopt : std::optional<HandshakeMetrics>(std::in_place, registry, name_),
                ConnectionTable(options.limits.max_connections, options.limits.max_connections_per_client)} {}

  Result<void> listen() {
    auto target = parse_target(shared_.options.address);
    if (!target) return target.error();
    // Probed without SO_REUSEPORT first: with it, a second server of the same user would silently share the port.
    {
      asio::io_context context;
      Acceptor probe(context);
      auto error = open(probe, *target, false);
      if (error == asio::error::address_family_not_supported && target->any) {
        target->address = asio::ip::address_v4::any();
        probe.close(error);
        error = open(probe, *target, false);
      }
      if (error) return listen_error(shared_.options.address, error);
      target->port = probe.local_endpoint().port();
    }
    for (unsigned i = 0; i < std::max(1u, shared_.options.threads); ++i) {
      auto& io = *ios_.emplace_back(std::make_unique<IoThread>(shared_));
      Acceptor acceptor(io.context());
      if (const auto error = open(acceptor, *target, true)) return listen_error(shared_.options.address, error);
      io.listen_on(std::move(acceptor));
    }
    const std::string host = target->any ? "127.0.0.1" : target->address.is_v6() ? "[" + target->address.to_string() + "]"
                                                                                : target->address.to_string();
    address_ = host + ":" + std::to_string(target->port);
    return {};
  }

  void start() {
    for (std::size_t i = 0; i < ios_.size(); ++i) {
      auto& thread = threads_.emplace_back([&io = *ios_[i]] { io.run(); });
      pthread_setname_np(thread.native_handle(), fmt::format("{}-{}", name_, i).substr(0, 15).c_str());
    }
  }

  void stop_accepting() {
    for (auto& io : ios_) io->stop_accepting();
  }

  void end_sessions(std::chrono::steady_clock::time_point until) {
    if (threads_.empty()) return;
    for (auto& io : ios_)
      if (!io->wait_idle(until)) io->close_all();
  }

  void stop(std::chrono::milliseconds at_most) {
    if (threads_.empty()) return;
    stop_accepting();
    end_sessions(std::chrono::steady_clock::now() + at_most);
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  std::string address_;

  [[nodiscard]] std::size_t connections() const { return shared_.connections.size(); }

 private:
  const std::string name_;
  Shared shared_;
  std::vector<std::unique_ptr<IoThread>> ios_;
  std::vector<std::thread> threads_;
};

Server::Server(ListenerOptions options, const Router& router, metrics::Registry& registry, std::string name)
    : impl_(std::make_unique<Impl>(options, router, registry, std::move(name))) {}
Server::~Server() { stop(std::chrono::milliseconds(0)); }
Result<void> Server::listen() { return impl_->listen(); }
void Server::start() { impl_->start(); }
std::string Server::address() const { return impl_->address_; }
void Server::stop_accepting() { impl_->stop_accepting(); }
void Server::end_sessions(std::chrono::steady_clock::time_point until) { impl_->end_sessions(until); }
void Server::stop(std::chrono::milliseconds at_most) { impl_->stop(at_most); }
std::size_t Server::connections() const { return impl_->connections(); }

}  // namespace pico::http
