#pragma once
#include "fuzz.hpp"
#include "pico/core/text.hpp"
#include "pico/event/enriched.hpp"
#include "pico/event/limits.hpp"
#include "pico/event/raw.hpp"

/// What Postgres asks of every text: valid UTF-8 without NUL. A text that breaks this becomes a dead letter, and a hundred of those halt
/// the writer, so no input may bring one about.
namespace pico::fuzz {

inline void require_clean(std::string_view text, std::size_t most = 4 * event::limits::properties) {
  require(is_clean_text(text, most), "every text is clean and within its limit");
}

inline void require_clean(const event::Raw& raw) {
  namespace limits = event::limits;
  require_clean(raw.name, limits::event_name);
  require_clean(raw.properties, limits::properties);
  require_clean(raw.domain, limits::domain);
  require_clean(raw.hostname, limits::domain);
  require_clean(raw.path, limits::path);
  require_clean(raw.query, limits::url);
  require_clean(raw.referrer, limits::referrer);
  for (const auto* word : {&raw.utm_source, &raw.utm_medium, &raw.utm_campaign, &raw.utm_content, &raw.utm_term, &raw.timezone, &raw.language})
    require_clean(*word, limits::word);
  require_clean(raw.user_agent, limits::user_agent);
}

inline void require_clean(const event::Acquisition& a) {
  for (const auto text : {a.referrer, a.channel, a.source, a.medium, a.campaign, a.content, a.term, a.utm_source, a.click_id})
    require_clean(text, event::limits::referrer);
}

}  // namespace pico::fuzz
