#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "pico/counters/view.hpp"

/// The messages of the views WebSocket (docs/live-views.md), read and classified.
namespace pico::api::compat {

struct ViewsMessage {
  enum class Kind : std::uint8_t {
    other,        ///< no JSON object, or of no `message` that is known: the default answer
    views,        ///< something was viewed
    subscribe,    ///< be told of an article's or path's counts
    unsubscribe,
    invalid,      ///< known, but with a field that is wrong: `error` says which
  };
  Kind kind = Kind::other;
  std::string error;
  std::string article_id, article_title, current_page, referrer, path;  ///< clean; blank: not given
  bool refreshed = false;
};

ViewsMessage parse_views_message(std::string_view text);

/// An article's item.
storage::ViewKey article_key(const std::string& domain, const std::string& article_id);

/// The item of a page: about, home and contact pages by what their address contains, every other one by its path.
storage::ViewKey page_key(const std::string& domain, std::string_view page);

/// What a view counts: an article when it has id and title and its page, where given, contains `/posts/`; else its page; nullopt: it
/// names neither.
std::optional<storage::ViewKey> counted_key(const ViewsMessage& message, const std::string& domain);

/// The path of an address or path, without query and fragment.
std::string_view path_of(std::string_view page);

/// The referrer as it is stored (without query, fragment and user), when it is a web address of another host than the site's own
/// origin; else nullopt.
std::optional<std::string> external_referrer(std::string_view referrer, std::string_view origin);

}  // namespace pico::api::compat
