-- $4, $5: the first and last of the days, so that the planner leaves out all partitions but those of their months.
delete from pico.visits v
using unnest($1::int[], $2::date[], $3::bigint[]) as k (site_id, day, visit_id)
where v.day between $4::date and $5::date and v.site_id = k.site_id and v.day = k.day and v.visit_id = k.visit_id and v.rev < 0
