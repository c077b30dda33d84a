#include "cube/words.hpp"

namespace pico::stats::cube {
namespace {

struct Shape {
  storage::WordKind kind;
  /// The n-th is that of the word's n-th text (storage::WordKind); they begin anew when there are more dimensions than texts.
  std::vector<Dimension> dimensions;
};

const Shape& shape_of(Role role) {
  using enum Dimension;
  using storage::WordKind;
  static const std::array<Shape, role_count> shapes{{
      {WordKind::page, {hostname, page}},
      // Bounces and durations of a page are those of the visits that began there.
      {WordKind::page, {entry_hostname, entry_page, hostname, page}},
      {WordKind::page, {exit_hostname, exit_page}},
      {WordKind::acquisition, {source, channel, referrer, utm_source, utm_medium, utm_campaign, utm_content, utm_term}},
      {WordKind::device, {browser, browser_version, os, os_version, device}},
      {WordKind::location, {country, region, city}},
      {WordKind::screen, {screen, language}},
      {WordKind::event_name, {event_name}},
  }};
  return shapes[static_cast<std::size_t>(role)];
}

}  // namespace

std::span<const Dimension> dimensions_of(Role role) {
  return shape_of(role).dimensions;
}

WordTable::WordTable(Role role) : role_(role), width_(dimensions_of(role).size()) {}

void WordTable::resolve(storage::Connection& connection, storage::SiteId site, Columns& columns) {
  constexpr auto unset = UINT32_MAX;
  const auto dimensions = dimensions_of(role_);
  const auto known = values_.size() / width_;
  std::vector<std::uint32_t> fresh(ids_.size() * width_ - values_.size(), unset);
  const auto set = [&](std::size_t word, std::span<const std::string_view> texts) {
    for (std::size_t i = 0; i < width_; ++i) {
      fresh[word * width_ + i] = column(columns, dimensions[i]).number_of(group_value(dimensions[i], texts[i % texts.size()]));
    }
  };
  storage::read_words(
      connection, shape_of(role_).kind, site, std::span(ids_).subspan(known),
      [&](storage::WordId id, std::span<const std::string_view> texts) { set(numbers_.find(id) - known, texts); });
  constexpr std::array<std::string_view, 1> blank{};
  for (std::size_t word = 0; word * width_ < fresh.size(); ++word) {
    if (fresh[word * width_] == unset) set(word, blank);
  }
  values_.insert(values_.end(), fresh.begin(), fresh.end());
}

WordTables make_word_tables() {
  using enum Role;
  return {WordTable(event_page), WordTable(entry_page), WordTable(exit_page), WordTable(acquisition),
          WordTable(device),     WordTable(location),   WordTable(screen),    WordTable(event_name)};
}

}  // namespace pico::stats::cube
