-- Some visits of a day, all or only those of bots, and the heads of their visitors. Locked before anything else of theirs, in the order in
-- which writers lock. For each whether it is to go, and how many were picked: who stopped being a bot meanwhile stays.
with picked as (
  select visit_id
  from pico.visits
  where site_id = $1 and day = $2 and (bot <> 0 or not $3)
  order by visit_id
  limit $4
)
select visit_id, bot <> 0 or not $3, (select count(*) from picked)
from pico.visits
where site_id = $1 and day = $2 and visit_id = any (array(select visit_id from picked union select visit_id & -1024 from picked))
order by visit_id
for update;
