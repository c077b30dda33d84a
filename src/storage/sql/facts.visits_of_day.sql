-- Some visits of a day: all, or only those of bots. Locked before anything else of theirs, in the order in which writers lock.
select visit_id
from pico.visits
where site_id = $1 and day = $2 and (bot <> 0 or not $3)
order by visit_id
limit $4
for update;
