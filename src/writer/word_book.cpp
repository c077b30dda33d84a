#include "word_book.hpp"

#include <bit>

namespace pico::writer {
namespace {

Day month_of(Day day) {
  const std::chrono::year_month_day date(day);
  return date.year() / date.month() / 1;
}

}  // namespace

WordBook::WordBook(const HashKey& key, std::size_t known) : hasher_(key), most_known_(known), known_(known) {}

storage::WordId WordBook::digest() {
  const auto id = static_cast<storage::WordId>(hasher_.digest());
  hasher_.clear();
  return id != 0 ? id : 1;  // 0 stands for no word
}

bool WordBook::is_missing(const Key& key, Day month) {
  if (const auto* known = known_.find(key); known != nullptr && *known >= month) return false;
  const auto [entry, is_new] = pending_.try_emplace(key, month);
  if (!is_new && entry->second >= month) return false;
  entry->second = month;
  return true;
}

storage::WordId WordBook::page(storage::SiteId site, Day day, std::string_view hostname, std::string_view path) {
  hasher_.field(hostname).field(path);
  const auto id = digest();
  const auto month = month_of(day);
  if (is_missing({id, site, Table::pages}, month)) missing_.pages.push_back({site, id, month, hostname, path});
  return id;
}

storage::WordId WordBook::acquisition(storage::SiteId site, Day day, const event::Acquisition& c) {
  for (const auto text : {c.referrer, c.channel, c.source, c.medium, c.campaign, c.content, c.term, c.utm_source, c.click_id}) {
    hasher_.field(text);
  }
  const auto id = digest();
  const auto month = month_of(day);
  if (is_missing({id, site, Table::acquisitions}, month)) missing_.acquisitions.push_back({site, id, month, c});
  return id;
}

storage::WordId WordBook::device(const event::Device& c) {
  for (const auto text : {c.browser, c.browser_version, c.os, c.os_version, c.platform, c.device_type}) hasher_.field(text);
  const auto id = digest();
  if (is_missing({id, 0, Table::devices}, Day{})) missing_.devices.push_back({id, c});
  return id;
}

storage::WordId WordBook::location(const event::Location& c) {
  hasher_.field(c.country).field(c.subdivision).field(c.city);
  hasher_.number(std::bit_cast<std::int32_t>(c.latitude)).number(std::bit_cast<std::int32_t>(c.longitude));
  const auto id = digest();
  if (is_missing({id, 0, Table::locations}, Day{})) missing_.locations.push_back({id, c});
  return id;
}

storage::WordId WordBook::screen(const event::Screen& c) {
  hasher_.number(c.width).number(c.height).number(c.pixel_depth).number(std::bit_cast<std::int32_t>(c.pixel_ratio));
  hasher_.field(c.timezone).field(c.language);
  const auto id = digest();
  if (is_missing({id, 0, Table::screens}, Day{})) missing_.screens.push_back({id, c});
  return id;
}

storage::WordId WordBook::name(std::string_view content) {
  hasher_.field(content);
  const auto id = digest();
  if (is_missing({id, 0, Table::names}, Day{})) missing_.names.push_back({id, content});
  return id;
}

storage::WordId WordBook::label(std::string_view platform, std::string_view referer_domain, std::string_view country) {
  hasher_.field(platform).field(referer_domain).field(country);
  const auto id = digest();
  if (is_missing({id, 0, Table::labels}, Day{})) missing_.labels.push_back({id, platform, referer_domain, country});
  return id;
}

void WordBook::written() {
  missing_ = {};
  if (pending_.size() > most_known_) pending_.clear();
}

void WordBook::committed() {
  for (const auto& [key, month] : pending_) known_.put(key, month);
  rolled_back();
}

void WordBook::rolled_back() {
  pending_.clear();
  missing_ = {};
}

}  // namespace pico::writer
