#include "translator.hpp"

#include <cmath>
#include <cstring>

#include "columns.hpp"
#include "pico/core/text.hpp"
#include "pico/enrich/visitor.hpp"
#include "pico/event/limits.hpp"

namespace pico::takeover {
namespace {

namespace limits = event::limits;

constexpr std::size_t most_days = 64, most_sites = 10'000;
/// Of the events of one session and moment each comes a millisecond after the one before, up to so many.
constexpr std::int64_t most_ranks = 999;

std::int32_t positive(const storage::Rows& rows, std::size_t row, std::size_t column) {
  return std::max(0, rows.get<int>(row, column));
}

float real(const storage::Rows& rows, std::size_t row, std::size_t column, double most) {
  const auto value = rows.get<double>(row, column);
  return std::isfinite(value) && std::abs(value) <= most ? static_cast<float>(value) : 0;
}

/// engagement and visit need what the old table has not, so a name that says so is one of its owner's.
event::Kind kind_of(std::string_view name) {
  const auto kind = event::kind_of(name).value_or(event::Kind::custom);
  return event::is_row(kind) || kind == event::Kind::ping ? kind : event::Kind::custom;
}

}  // namespace

std::string_view Translator::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* copy = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

std::string_view Translator::text(const storage::Rows& rows, std::size_t row, std::size_t column, std::size_t max_bytes) {
  const auto value = rows.text(row, column);
  return is_clean_text(value, max_bytes) ? value : keep(clean_text(value, max_bytes));
}

const HashKey& Translator::key_of(Day day) {
  if (const auto found = keys_.find(day); found != keys_.end()) return found->second;
  if (keys_.size() == most_days) keys_.clear();
  return keys_.emplace(day, enrich::key_of_day(past_key_, day)).first->second;
}

const std::string* Translator::site(std::string_view old_domain) {
  auto found = sites_.find(old_domain);
  if (found == sites_.end()) {
    if (sites_.size() == most_sites) sites_.clear();
    found = sites_.emplace(old_domain, site_of(old_domain)).first;
  }
  return found->second ? &*found->second : nullptr;
}

std::uint64_t Translator::visitor(const event::Enriched& event, std::string_view old_id) {
  KeyedHasher hasher(key_of(event.day));
  constexpr auto one = std::uint64_t{1} << enrich::visit_number_bits;
  const auto id = hasher.field(event.domain).field(old_id).digest() & ~(one - 1);
  return id == 0 ? one : id;
}

void Translator::read_session(const storage::Rows& rows, std::size_t row, event::Enriched& event) {
  const auto word = [&](std::size_t column) { return text(rows, row, column, limits::word); };
  event.bot = rows.get<bool>(row, column::bot) ? event::Bot::contract : event::Bot::no;
  event.location = {text(rows, row, column::country, 2), word(column::subdivision), word(column::city), real(rows, row, column::latitude, 90),
                    real(rows, row, column::longitude, 180)};
  event.device = {word(column::browser),    word(column::browser_version), word(column::os),
                  word(column::os_version), word(column::platform),        word(column::device_type)};
  event.screen = {positive(rows, row, column::screen_width),
                  positive(rows, row, column::screen_height),
                  positive(rows, row, column::pixel_depth),
                  std::max(0.0F, real(rows, row, column::pixel_ratio, 100)),
                  text(rows, row, column::timezone, 64),
                  {}};
  const auto read = arrivals_.read({event.domain, event.hostname, text(rows, row, column::referrer, limits::referrer), word(column::utm_source),
                                    word(column::utm_medium), word(column::utm_campaign), word(column::utm_content), word(column::utm_term)});
  event.acquisition = {keep(read.referrer), keep(read.channel), keep(read.source),     keep(read.medium),  keep(read.campaign),
                       keep(read.content),  keep(read.term),    keep(read.utm_source), keep(read.click_id)};
}

std::optional<event::Enriched> Translator::translate(const storage::Rows& rows, std::size_t row, Outcome& outcome) {
  const auto* const domain = site(rows.text(row, column::domain));
  if (domain == nullptr) return ++outcome.without_domain, std::nullopt;
  const auto at = rows.get<std::optional<Instant>>(row, column::at);
  if (!at) return ++outcome.without_time, std::nullopt;
  if (!rows.get<bool>(row, column::has_session)) return ++outcome.without_session, std::nullopt;
  const auto name = trim(text(rows, row, column::name, limits::event_name));
  if (name.empty()) return ++outcome.without_name, std::nullopt;

  event::Enriched event;
  event.kind = kind_of(name);
  if (event.kind == event::Kind::custom) event.name = name;
  event.at = *at + std::chrono::milliseconds(std::min(rows.get<std::int64_t>(row, column::rank), most_ranks));
  event.domain = keep(*domain);
  event.hostname = event.domain;
  const auto zone = known_sites_.zone_of(event.domain, event.at);
  event.day = zone.local_day(event.at);
  event.site_time_zone = zone.name();
  event.visitor_id = visitor(event, rows.text(row, column::visitor));
  event.path = trim(text(rows, row, column::path, limits::path));
  if (event.path.empty()) event.path = "/";
  event.load_ms = std::min(positive(rows, row, column::load_ms), 32767);
  event.ttfb_ms = std::min(positive(rows, row, column::ttfb_ms), 32767);
  read_session(rows, row, event);
  ++(event.kind == event::Kind::ping ? outcome.pings : outcome.events);
  return event;
}

}  // namespace pico::takeover
