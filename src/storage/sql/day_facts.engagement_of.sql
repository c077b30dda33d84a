select visit_id, at, page_id, engaged_ms, scroll
from pico.engagement
where site_id = $1::int and day = $2::date
  and visit_id & -1024 = any($3::bigint[]) and at between $4::timestamptz and $5::timestamptz
