#pragma once
#include <cstddef>

namespace pico::takeover::column {

/// The columns of sql/old_tables.events.sql.
enum : std::size_t {
  id,
  at,  // NULL: no time that can be believed
  rank,  // among those of its session and time
  moment_began,  // the least id of its time that was looked at
  has_session,
  domain,
  name,
  path,
  referrer,
  visitor,
  load_ms,
  ttfb_ms,
  bot,
  country,
  subdivision,
  city,
  latitude,
  longitude,
  browser,
  browser_version,
  os,
  os_version,
  platform,
  device_type,
  screen_width,
  screen_height,
  pixel_depth,
  pixel_ratio,
  timezone,
  utm_source,
  utm_medium,
  utm_campaign,
  utm_content,
  utm_term,
};

}  // namespace pico::takeover::column
