#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "pico/http/exchange.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::http {

/// Runs on an io thread: must not block. See Exchange for how to answer.
using Handler = std::function<void(Exchange&)>;

struct RouteOptions {
  std::size_t max_body = 0;      ///< longest request body in bytes
  bool cors = false;             ///< answers carry `Access-Control-Allow-Origin: *` when the request has an Origin
  /// The handler is called once the head is here, and reads the body while it comes (Exchange::body()). A longer body than max_body is
  /// still refused, in its middle where its length was not announced.
  bool stream_body = false;
  /// What a body over max_body is answered with; 413 when not given.
  Response (*body_too_large)() = nullptr;
};

/// A line of the route table. A segment in braces takes any one segment that is not empty: `/{website}/bulk`. A path that ends in '*'
/// takes everything that starts with what stands before it (and has no braces).
struct Route {
  Method method = Method::get;
  std::string path;
  Handler handler;
  RouteOptions options;
  std::ptrdiff_t variables = 0;  ///< segments in braces, counted by add()
};

/// The path's segment of that number, from 0, as sent; empty when there is none: 1 of `/a/b` is `b`.
std::string_view path_segment(std::string_view path, std::size_t number);

/// The routes of one listener, and their count by status. Built before the listener starts, read-only and thread-safe after that.
class Router {
 public:
  /// `listener` is the metrics label (`public`, `admin`).
  Router(metrics::Registry& registry, std::string listener);

  void add(Method method, std::string path, Handler handler, RouteOptions options = {});

  struct Match {
    const Route* route = nullptr;  ///< null when none fits
    std::size_t index = 0;         ///< for count()
    bool cors = false;             ///< RouteOptions::cors of the path, whatever the method
    std::string allowed;           ///< when the path is known but not the method: the methods, for the Allow header
  };
  /// Exact paths first, then those with braces, few before many, then the longest prefix. HEAD is served by GET routes.
  [[nodiscard]] Match match(Method method, std::string_view path) const;

  /// Counts an answer. `index` from a Match with a route, or unmatched.
  static constexpr std::size_t unmatched = static_cast<std::size_t>(-1);
  void count(std::size_t index, unsigned status) const;

 private:
  struct Counters {
    std::string label;
    std::array<std::atomic<metrics::Counter*>, 512> by_status{};  // created when first counted
  };
  metrics::Counter& counter(Counters& counters, unsigned status) const;

  metrics::Registry& registry_;
  const std::string listener_;
  std::deque<Route> routes_;
  mutable std::deque<Counters> counters_;  // one a route
  mutable Counters unmatched_;
};

}  // namespace pico::http
