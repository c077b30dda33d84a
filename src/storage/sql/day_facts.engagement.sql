select visit_id, at, page_id, engaged_ms, scroll
from pico.engagement
where site_id = $1::int and day = $2::date
