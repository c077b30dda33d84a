-- Some visits of a day: all, or only those of bots.
select visit_id
from pico.visits
where site_id = $1 and day = $2 and (bot <> 0 or not $3)
order by visit_id
limit $4;
