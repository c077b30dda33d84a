select
  visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id, location_id, screen_id, pageviews, flags
from pico.visits
where site_id = $1::int and day = $2::date and events > 0 and bot = 0
