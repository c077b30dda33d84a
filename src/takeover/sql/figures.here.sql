select count(*), count(distinct (v.day, v.visit_id & -1024)), coalesce(sum(v.events), 0)
from pico.visits v
where v.site_id = (select site_id from pico.sites where domain = $1) and v.day between $2 and $3 and v.events > 0;
