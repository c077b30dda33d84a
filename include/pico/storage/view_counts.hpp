#pragma once
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

/// Live view counters: how often an article or a page of a site has been viewed since ever, and where from. All functions throw
/// DatabaseError. Texts are valid UTF-8 without NUL; an item has at most max_page_bytes.
namespace pico::storage {

struct ViewKey {
  std::string domain;  ///< of the site
  std::string tag;     ///< `post_view` for articles; `homepage_view`, `about_view`, `contact_view`, `page_view`
  std::string item;    ///< the article's id, `Home_Page`, …, or the page's path
  auto operator<=>(const ViewKey&) const = default;
};

struct ViewTotals {
  std::int64_t unique = 0, total = 0;
  bool operator==(const ViewTotals&) const = default;
};

struct ViewCount {
  ViewKey key;
  ViewTotals views;
  std::string title;  ///< of an article; blank: as before
};

/// Adds the counts, on a shard of one's own (hold_shard). Keys are distinct and sorted, and their sites exist.
void add_view_counts(Connection& connection, int shard, std::span<const ViewCount> counts);

/// The totals in the order of the keys; zero for what has never been counted.
std::vector<ViewTotals> view_totals(Connection& connection, std::span<const ViewKey> keys);

struct ExternalReferrer {
  std::string domain;
  std::string connection_id;  ///< a UUID of the connection
  std::string referrer, page;
};

void add_external_referrers(Connection& connection, std::span<const ExternalReferrer> referrers);

/// Those of the domains that are no sites.
std::vector<std::string> domains_without_site(Connection& connection, const std::vector<std::string>& domains);

struct ViewedItem {
  std::string tag, item, title;
  ViewTotals views;
};

/// The site's articles (or its pages), the most viewed first. With `item` only that one.
std::vector<ViewedItem> list_views(Connection& connection, std::string_view domain, bool articles, std::string_view item, int limit);

struct StoredReferrer {
  std::string id;
  Instant at;
  std::string connection_id, referrer, page;
};

/// The latest first.
std::vector<StoredReferrer> list_external_referrers(Connection& connection, std::string_view domain, int limit);

/// Deletes what is stored of referrers before that moment, in small transactions.
void delete_external_referrers_before(Connection& connection, Instant before);

/// Deletes all counts and referrers of a site.
void delete_views_of(Connection& connection, int site_id);

}  // namespace pico::storage
