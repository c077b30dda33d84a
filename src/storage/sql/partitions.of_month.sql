-- The partitions of the month of $1, in the order in which writers lock the tables.
select c.relname
from unnest(array['visits', 'events', 'event_details', 'engagement', 'micro_visits']) with ordinality as t (name, position)
join pg_inherits i on i.inhparent = format('pico.%I', t.name)::regclass
join pg_class c on c.oid = i.inhrelid
where c.relname = t.name || to_char($1::date, '_YYYY_MM')
order by t.position;
