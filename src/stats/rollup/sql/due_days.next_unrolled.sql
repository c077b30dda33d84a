select site_id, day, closing, rolled
from pico.site_days
where not rolled and (day, site_id) < ($1::date, $2::int)
order by day desc, site_id desc
limit $3
