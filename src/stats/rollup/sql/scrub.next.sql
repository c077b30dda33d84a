select site_id, period, start, dimension, payload
from pico.rollups
where (site_id, period, start, dimension) > ($1::int, $2::smallint, $3::date, $4::smallint)
order by site_id, period, start, dimension
limit $5
