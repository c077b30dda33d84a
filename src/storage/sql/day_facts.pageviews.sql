-- Kinds: load, popstate, pushstate, visit.
select visit_id, at, page_id
from pico.events
where site_id = $1::int and day = $2::date and kind in (1, 5, 6, 10)
