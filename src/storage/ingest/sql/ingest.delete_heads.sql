delete from pico.visits v
using unnest($1::int[], $2::date[], $3::bigint[]) as k (site_id, day, visit_id)
where v.site_id = k.site_id and v.day = k.day and v.visit_id = k.visit_id and v.rev < 0
