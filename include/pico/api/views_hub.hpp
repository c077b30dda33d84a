#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "pico/counters/view.hpp"
#include "pico/http/websocket.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::api {

/// Who is to be told of which counts: the open sockets of the views WebSocket and what they have subscribed to. Bounded by the number of
/// sockets and of subscriptions of each. Thread-safe.
class ViewsHub {
 public:
  using Socket = std::shared_ptr<http::WebSocket>;

  /// A subscription: the item, and how the subscriber named it (`"articleId":"x"` as JSON), for what is sent.
  struct Topic {
    storage::ViewKey key;
    std::string name;
    auto operator<=>(const Topic&) const = default;
  };

  explicit ViewsHub(std::size_t max_sockets) : max_sockets_(max_sockets) {}

  /// Shows sockets and topics as metrics. The registry must outlive this.
  void report_to(metrics::Registry& registry);

  /// Counts a socket in; false: there are too many.
  [[nodiscard]] bool enter();
  void leave();

  /// From now on the socket is told of changes. What it is told first comes by tell().
  void subscribe(const Topic& topic, const Socket& socket);
  /// What the socket has not been sent of it yet is not sent any more.
  void unsubscribe(const Topic& topic, const Socket& socket);

  /// Tells one socket what is so now.
  void tell(const Topic& topic, const storage::ViewTotals& totals, const Socket& socket);

  /// What somebody is subscribed to.
  [[nodiscard]] std::vector<storage::ViewKey> watched() const;
  /// Tells those who are subscribed to what has changed.
  void changed(std::span<const counters::ViewChange> changes);

 private:
  struct Subscribers {
    std::uint64_t id = 0;  ///< the socket's topic
    storage::ViewTotals told{-1, -1};
    std::vector<Socket> sockets;
  };
  static std::shared_ptr<const std::string> text_of(const Topic& topic, const storage::ViewTotals& totals);

  const std::size_t max_sockets_;
  std::atomic<std::size_t> sockets_{0};
  mutable std::mutex mutex_;
  std::map<Topic, Subscribers> topics_;  // guarded by mutex_
  std::uint64_t last_id_ = 0;            // guarded by mutex_
  std::shared_ptr<void> sampler_;
};

}  // namespace pico::api
