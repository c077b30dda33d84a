#include "pico/api/views_hub.hpp"

#include <algorithm>

namespace pico::api {

void ViewsHub::report_to(metrics::Registry& registry) {
  auto& sockets = registry.gauge("picolytics_views_sockets", "Open sockets of live views.");
  auto& topics = registry.gauge("picolytics_views_topics", "Pages and articles that sockets are subscribed to.");
  sampler_ = registry.before_expose([this, &sockets, &topics] {
    sockets.Set(static_cast<double>(sockets_.load()));
    const std::lock_guard lock(mutex_);
    topics.Set(static_cast<double>(topics_.size()));
  });
}

bool ViewsHub::enter() {
  if (sockets_.fetch_add(1) < max_sockets_) return true;
  sockets_.fetch_sub(1);
  return false;
}

void ViewsHub::leave() { sockets_.fetch_sub(1); }

void ViewsHub::subscribe(const Topic& topic, const Socket& socket) {
  const std::lock_guard lock(mutex_);
  auto& subscribers = topics_[topic];
  if (subscribers.id == 0) subscribers.id = ++last_id_;
  if (std::find(subscribers.sockets.begin(), subscribers.sockets.end(), socket) == subscribers.sockets.end()) subscribers.sockets.push_back(socket);
}

void ViewsHub::unsubscribe(const Topic& topic, const Socket& socket) {
  const std::lock_guard lock(mutex_);
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return;
  std::erase(found->second.sockets, socket);
  socket->forget(found->second.id);  // the same topic may get another id, so what waits for this one would never be replaced
  if (found->second.sockets.empty()) topics_.erase(found);
}

void ViewsHub::tell(const Topic& topic, const storage::ViewTotals& totals, const Socket& socket) {
  const std::lock_guard lock(mutex_);
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return;
  if (found->second.told.total < 0) found->second.told = totals;  // nobody else is there who would have to hear of it
  socket->push(found->second.id, text_of(topic, totals));
}

std::vector<storage::ViewKey> ViewsHub::watched() const {
  const std::lock_guard lock(mutex_);
  std::vector<storage::ViewKey> keys;
  for (const auto& [topic, subscribers] : topics_)
    if (keys.empty() || keys.back() != topic.key) keys.push_back(topic.key);
  return keys;
}

void ViewsHub::changed(std::span<const counters::ViewChange> changes) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, totals] : changes) {
    for (auto topic = topics_.lower_bound({key, ""}); topic != topics_.end() && topic->first.key == key; ++topic) {
      auto& subscribers = topic->second;
      if (subscribers.told == totals || subscribers.told.total < 0) continue;  // the first telling is tell()'s
      subscribers.told = totals;
      const auto text = text_of(topic->first, totals);
      for (const auto& socket : subscribers.sockets) socket->push(subscribers.id, text);
    }
  }
}

std::shared_ptr<const std::string> ViewsHub::text_of(const Topic& topic, const storage::ViewTotals& totals) {
  return std::make_shared<const std::string>(R"({"message":"counts",)" + topic.name + ",\"uniqueViews\":" + std::to_string(totals.unique) +
                                             ",\"totalViews\":" + std::to_string(totals.total) + "}");
}

}  // namespace pico::api
