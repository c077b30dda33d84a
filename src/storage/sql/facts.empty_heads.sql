-- Of the bots' visits $3, the heads of visitor-days that also have visits of people (a driven browser beside one that is not): the row
-- must stay, since it carries the revision. It becomes a visit that counts nowhere.
update pico.visits h
set
  entry_page_id = 0, exit_page_id = 0, acquisition_id = 0, device_id = 0, location_id = 0, screen_id = 0,
  pageviews = 0, events = 0, entry_ms = 0, exit_ms = 0, bot = 0, flags = 0,
  rev = case rev when 32767 then 1 else rev + 1 end
where site_id = $1 and day = $2 and visit_id = any ($3::bigint[]) and visit_id & 1023 = 0
  and exists (
    select from pico.visits o
    where o.site_id = $1 and o.day = $2 and o.visit_id > h.visit_id and o.visit_id <= h.visit_id + 1023 and o.bot = 0
  );
