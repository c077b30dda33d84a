#include "pico/http/router.hpp"

#include <algorithm>

namespace pico::http {
namespace {

bool is_prefix(const Route& route) { return route.path.ends_with('*'); }

/// Takes the next segment off a path that begins with a slash.
std::string_view take_segment(std::string_view& path) {
  const auto end = std::min(path.find('/', 1), path.size());
  const auto segment = path.substr(1, end - 1);
  path.remove_prefix(end);
  return segment;
}

bool fits_segments(std::string_view pattern, std::string_view path) {
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const auto wanted = take_segment(pattern), given = take_segment(path);
    if (wanted.starts_with('{') ? given.empty() : wanted != given) return false;
  }
  return pattern.empty() && path.empty();
}

bool fits(const Route& route, std::string_view path) {
  if (is_prefix(route)) return path.starts_with(std::string_view(route.path).substr(0, route.path.size() - 1));
  return route.variables == 0 ? route.path == path : fits_segments(route.path, path);
}

/// Exact beats braces, which beat a prefix; few braces beat many, a longer prefix beats a shorter one.
bool beats(const Route& a, const Route& b) {
  if (is_prefix(a) != is_prefix(b)) return !is_prefix(a);
  if (a.variables != b.variables) return a.variables < b.variables;
  return a.path.size() > b.path.size();
}

bool serves(const Route& route, Method method) {
  return route.method == method || (route.method == Method::get && method == Method::head);
}

}  // namespace

std::string_view path_segment(std::string_view path, std::size_t number) {
  std::string_view segment;
  for (std::size_t i = 0; i <= number; ++i) {
    if (!path.starts_with('/')) return {};
    segment = take_segment(path);
  }
  return segment;
}

Router::Router(metrics::Registry& registry, std::string listener) : registry_(registry), listener_(std::move(listener)) {
  unmatched_.label = "none";
}

void Router::add(Method method, std::string path, Handler handler, RouteOptions options) {
  counters_.emplace_back().label = path;
  const auto variables = std::ranges::count(path, '{');
  routes_.push_back({method, std::move(path), std::move(handler), options, variables});
}

// A linear search over some dozen routes, most of which differ in their first bytes, is as quick as a hash table.
Router::Match Router::match(Method method, std::string_view path) const {
  Match best;
  const Route* any_method = nullptr;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const auto& route = routes_[i];
    if (!fits(route, path)) continue;
    if (any_method == nullptr || beats(route, *any_method)) any_method = &route;
    if (serves(route, method) && (best.route == nullptr || beats(route, *best.route))) best = {&route, i, route.options.cors, {}};
  }
  // A wrong method on an exact path, or one with braces, is 405 even where a catch-all prefix would take it.
  if (best.route != nullptr && any_method != nullptr && is_prefix(*best.route) && !is_prefix(*any_method)) best = {};
  if (best.route == nullptr && any_method != nullptr) {
    best.cors = any_method->options.cors;
    for (const auto& route : routes_) {
      if (route.path != any_method->path) continue;
      if (!best.allowed.empty()) best.allowed += ", ";
      best.allowed += to_string(route.method);
      if (route.method == Method::get) best.allowed += ", HEAD";
    }
  }
  return best;
}

metrics::Counter& Router::counter(Counters& counters, unsigned status) const {
  auto& slot = counters.by_status[std::min<std::size_t>(status, counters.by_status.size() - 1)];
  if (auto* known = slot.load(std::memory_order_acquire)) return *known;
  auto& made = registry_.counter("picolytics_http_requests_total", "Requests answered, by listener, route and status.",
                                 {{"listener", listener_}, {"route", counters.label}, {"status", std::to_string(status)}});
  slot.store(&made, std::memory_order_release);
  return made;
}

void Router::count(std::size_t index, unsigned status) const {
  counter(index == unmatched ? unmatched_ : counters_[index], status).Increment();
}

}  // namespace pico::http
