#pragma once
#include "pico/metrics/registry.hpp"

namespace pico::http {

/// A listener's own metrics; `name` is the value of the `listener` label.
struct Metrics {
  Metrics(metrics::Registry& registry, const std::string& name)
      : connections(registry.gauge("picolytics_http_connections", "Open connections.", {{"listener", name}})),
        websockets(registry.gauge("picolytics_http_websockets", "Those of them that are WebSockets.", {{"listener", name}})),
        streams(registry.gauge("picolytics_http_streams", "Bodies and answers that are passed on while they come.", {{"listener", name}})),
        refused(registry.counter("picolytics_http_connections_refused_total", "Connections closed at once because a cap was reached.",
                                 {{"listener", name}})),
        evicted(registry.counter("picolytics_http_connections_evicted_total",
                                 "Connections that kept us waiting, closed to make room for new ones at the cap.", {{"listener", name}})),
        timeouts(registry.counter("picolytics_http_timeouts_total", "Connections closed because a phase took too long.",
                                  {{"listener", name}})),
        malformed(registry.counter("picolytics_http_malformed_total", "Requests refused before a route was looked for.",
                                   {{"listener", name}})),
        accept_errors(registry.counter("picolytics_http_accept_errors_total", "Failed accepts, such as for want of file descriptors.",
                                       {{"listener", name}})),
        ignored_forwarding(registry.counter(
            "picolytics_http_ignored_forwarding_headers_total",
            "Requests with forwarding headers while ipExtractor is direct: behind a proxy everyone then counts as one visitor.",
            {{"listener", name}})) {}

  metrics::Gauge& connections;
  metrics::Gauge& websockets;
  metrics::Gauge& streams;
  metrics::Counter& refused;
  metrics::Counter& evicted;
  metrics::Counter& timeouts;
  metrics::Counter& malformed;
  metrics::Counter& accept_errors;
  metrics::Counter& ignored_forwarding;
};

/// Of a listener with TLS.
struct HandshakeMetrics {
  HandshakeMetrics(metrics::Registry& registry, const std::string& name)
      : full(of(registry, name, "full")), resumed(of(registry, name, "resumed")), failed(of(registry, name, "failed")) {}

  void count(bool done, bool was_resumed) { (!done ? failed : was_resumed ? resumed : full).Increment(); }

  metrics::Counter& full;
  metrics::Counter& resumed;
  metrics::Counter& failed;

 private:
  static metrics::Counter& of(metrics::Registry& registry, const std::string& name, const std::string& result) {
    return registry.counter("picolytics_tls_handshakes_total", "TLS handshakes by how they ended.", {{"listener", name}, {"result", result}});
  }
};

}  // namespace pico::http
