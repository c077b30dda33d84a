#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace pico::enrich {

/// What kind of service a source is; decides the channel.
enum class Category : std::uint8_t { none, search, social, video, shopping, email, ai };

struct Source {
  std::string_view name;  ///< `Google`, else the host or tag itself; blank: none
  Category category = Category::none;
};

/// Names the sources of visits: hosts of referrers and tags of campaigns. Immutable after construction, thread-safe.
class Sources {
 public:
  Sources();

  /// `host` as in Referrer::host. A known host stands for its sub-domains too. An unknown one is its own name.
  [[nodiscard]] Source of_host(std::string_view host) const;
  /// A tag is looked up as an alias without case (`fb`, `GOOGLE`), then as a host; an unknown one is its own name.
  [[nodiscard]] Source of_tag(std::string_view tag) const;
  /// Is this lower-case tag one that only paid links carry (`fb-ads`, `adwords`)?
  [[nodiscard]] bool is_paid_tag(std::string_view lower_tag) const;

 private:
  const Source* known_host(std::string_view host) const;
  void add_alias(std::string_view alias, const Source& source);

  std::unordered_map<std::string_view, Source> hosts_;
  std::unordered_map<std::string_view, Source> aliases_;  // lower-case
  std::unordered_set<std::string_view> paid_tags_;        // the aliases of our table that say so
  std::deque<std::string> lower_aliases_;                 // what aliases_ points to
};

}  // namespace pico::enrich
