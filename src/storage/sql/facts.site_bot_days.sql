select distinct day
from pico.visits
where site_id = $1 and day < $2 and bot <> 0
order by 1;
