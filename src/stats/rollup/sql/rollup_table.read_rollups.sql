select start, payload
from pico.rollups
where site_id = $1 and period = $2 and dimension = $3 and start = any ($4::date[])
