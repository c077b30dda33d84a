#include "views_message.hpp"

#include <nlohmann/json.hpp>

#include "pico/core/text.hpp"
#include "pico/core/url.hpp"

namespace pico::api::compat {
namespace {

using nlohmann::json;
using Kind = ViewsMessage::Kind;

constexpr std::size_t max_item = 1024, max_title = 1024;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Kind kind_of(std::string_view name) {
  if (name == "views") return Kind::views;
  if (name == "subscribe") return Kind::subscribe;
  return name == "unsubscribe" ? Kind::unsubscribe : Kind::other;
}

/// Takes a text over, without control characters. False: it is there, but no text or too long.
bool take(const json& object, const char* name, std::size_t max_bytes, std::string& text) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return true;
  if (!found->is_string()) return false;
  const auto& given = found->get_ref<const std::string&>();
  text = clean_text(given, given.size());
  return text.size() <= max_bytes;
}

}  // namespace

ViewsMessage parse_views_message(std::string_view text) {
  ViewsMessage message;
  const auto parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return message;
  const auto name = parsed.find("message");
  if (name == parsed.end() || !name->is_string()) return message;
  message.kind = kind_of(name->get_ref<const std::string&>());
  if (message.kind == Kind::other) return message;

  const auto invalid = [&](std::string why) {
    message.kind = Kind::invalid;
    message.error = std::move(why);
    return message;
  };
  std::string previous;  // part of the message; nothing depends on it
  const std::tuple<const char*, std::size_t, std::string&> texts[] = {{"articleId", max_item, message.article_id},
                                                                      {"articleTitle", max_title, message.article_title},
                                                                      {"currentPage", max_item, message.current_page},
                                                                      {"previousPage", max_item, previous},
                                                                      {"referrer", 4 * max_item, message.referrer},
                                                                      {"path", max_item, message.path}};
  for (const auto& [field, max_bytes, into] : texts)
    if (!take(parsed, field, max_bytes, into)) return invalid(std::string(field) + " must be text of at most " + std::to_string(max_bytes) + " bytes");
  if (const auto refreshed = parsed.find("refreshed"); refreshed != parsed.end() && !refreshed->is_null()) {
    if (!refreshed->is_boolean()) return invalid("refreshed must be true or false");
    message.refreshed = refreshed->get<bool>();
  }
  const bool names_something = !message.article_id.empty() || !(message.kind == Kind::views ? message.current_page : message.path).empty();
  if (!names_something)
    return invalid(message.kind == Kind::views ? "currentPage, or articleId and articleTitle, must say what is viewed" : "articleId or path must say of what");
  return message;
}

storage::ViewKey article_key(const std::string& domain, const std::string& article_id) { return {domain, "post_view", article_id}; }

std::string_view path_of(std::string_view page) {
  page = page.substr(0, page.find_first_of("?#"));
  if (const auto url = parse_url(page)) page = url->path;
  return page.empty() ? "/" : page;
}

storage::ViewKey page_key(const std::string& domain, std::string_view page) {
  const auto path = path_of(page);
  if (contains(page, "/pages/about")) return {domain, "about_view", "About_Page"};
  if (path == "/") return {domain, "homepage_view", "Home_Page"};
  if (contains(page, "/pages/contacts")) return {domain, "contact_view", "Contact_Page"};
  return {domain, "page_view", std::string(path)};
}

std::optional<storage::ViewKey> counted_key(const ViewsMessage& message, const std::string& domain) {
  const bool article = !message.article_id.empty() && !message.article_title.empty() &&
                       (message.current_page.empty() || contains(message.current_page, "/posts/"));
  if (article) return article_key(domain, message.article_id);
  if (message.current_page.empty()) return std::nullopt;
  return page_key(domain, message.current_page);
}

std::optional<std::string> external_referrer(std::string_view referrer, std::string_view origin) {
  const auto from = parse_url(referrer);
  const auto own = parse_url(origin);
  if (!from || (own && normalise_host(from->host) == normalise_host(own->host) && from->port == own->port)) return std::nullopt;
  std::string stored = to_lower_ascii(from->scheme) + "://" + to_lower_ascii(from->host);
  if (!from->port.empty()) stored.append(":").append(from->port);
  return stored.append(from->path.empty() ? "/" : from->path);
}

}  // namespace pico::api::compat
