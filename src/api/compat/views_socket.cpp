#include "views_socket.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "pico/core/hash.hpp"
#include "views_message.hpp"

namespace pico::api::compat {
namespace {

using Outcome = counters::Counter::Outcome;
using Socket = std::shared_ptr<http::WebSocket>;
using nlohmann::ordered_json;

constexpr std::string_view default_answer = "Hello!!! Nothing to see here!\n";
constexpr std::size_t max_subscriptions = 16;

std::string text_of(const ordered_json& json) { return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace); }

std::string error_text(std::string_view code, std::string_view message) {
  return text_of({{"error", {{"code", code}, {"message", message}}}});
}

std::string unavailable_text() { return error_text("unavailable", "Postgres is away or too much is waiting for it: nothing was counted"); }

ViewsHub::Topic topic_of(const ViewsMessage& message, const std::string& domain) {
  if (!message.article_id.empty()) return {article_key(domain, message.article_id), "\"articleId\":" + text_of(message.article_id)};
  return {page_key(domain, message.path), "\"path\":" + text_of(message.path)};
}

class ViewsProtocol final : public http::WebSocketProtocol {
 public:
  ViewsProtocol(const Views& views, ViewsClient client) : views_(views), client_(std::move(client)), connection_id_(random_hex(16)) {}
  ~ViewsProtocol() override { views_.hub.leave(); }

  void opened(const Socket& socket) override { socket_ = socket; }
  void closed() override {
    for (const auto& topic : topics_) views_.hub.unsubscribe(topic, socket_);
    topics_.clear();
    socket_.reset();
  }
  void received(std::string_view text) override {
    const auto message = parse_views_message(text);
    switch (message.kind) {
      case ViewsMessage::Kind::other: return socket_->answer(std::string(default_answer));
      case ViewsMessage::Kind::invalid: return socket_->answer(error_text("invalid", message.error));
      case ViewsMessage::Kind::views: return count(message);
      case ViewsMessage::Kind::subscribe: return subscribe(topic_of(message, client_.domain));
      case ViewsMessage::Kind::unsubscribe: return unsubscribe(topic_of(message, client_.domain));
    }
  }

 private:
  /// False, with the answer given: too many messages.
  bool allowed() {
    if (!client_.limited || views_.limiter.allow(client_.address, std::chrono::steady_clock::now())) return true;
    socket_->answer(error_text("rate_limited", "too many views: nothing was counted"));
    return false;
  }

  void count(const ViewsMessage& message) {
    if (!allowed()) return;
    counters::View view;
    view.counted = counted_key(message, client_.domain);
    view.unique = !message.refreshed;
    if (view.counted && view.counted->tag == "post_view") view.title = message.article_title;
    if (!message.article_id.empty()) view.asked = article_key(client_.domain, message.article_id);
    const auto referrer = client_.tracked ? external_referrer(message.referrer, client_.origin) : std::nullopt;
    if (referrer) view.referrer = {client_.domain, connection_id_, *referrer, std::string(path_of(message.current_page.empty() ? message.path : message.current_page))};
    const auto done = [socket = socket_, article_id = message.article_id](Outcome outcome, storage::ViewTotals totals) {
      if (outcome == Outcome::unavailable) return socket->answer(unavailable_text());
      if (outcome == Outcome::refused) return socket->answer(error_text("refused", "Postgres does not take this"));
      if (article_id.empty()) return socket->answer("");  // a page is counted without an answer
      socket->answer(text_of({{"articleId", article_id}, {"uniqueViews", totals.unique}, {"totalViews", totals.total}}));
    };
    if (!views_.counter.add(std::move(view), done)) socket_->answer(unavailable_text());
  }

  void subscribe(ViewsHub::Topic topic) {
    if (!allowed()) return;
    if (topics_.size() >= max_subscriptions && !topics_.contains(topic))
      return socket_->answer(error_text("too_many", "a socket can have 16 subscriptions"));
    views_.hub.subscribe(topic, socket_);
    topics_.insert(topic);
    counters::View ask;
    ask.asked = topic.key;
    const auto done = [hub = &views_.hub, socket = socket_, topic](Outcome outcome, storage::ViewTotals totals) {
      if (outcome == Outcome::committed) hub->tell(topic, totals, socket);
      else hub->unsubscribe(topic, socket);
      socket->answer(outcome == Outcome::committed ? "" : unavailable_text());
    };
    if (views_.counter.add(std::move(ask), done)) return;
    views_.hub.unsubscribe(topic, socket_);
    socket_->answer(unavailable_text());
  }

  void unsubscribe(const ViewsHub::Topic& topic) {
    views_.hub.unsubscribe(topic, socket_);
    topics_.erase(topic);
    socket_->answer("");
  }

  const Views views_;
  const ViewsClient client_;
  const std::string connection_id_;
  Socket socket_;  // while it is open
  std::set<ViewsHub::Topic> topics_;
};

}  // namespace

std::unique_ptr<http::WebSocketProtocol> make_views_protocol(const Views& views, ViewsClient client) {
  return std::make_unique<ViewsProtocol>(views, std::move(client));
}

}  // namespace pico::api::compat
