-- The months before that of $1 which have partitions. Their names end in their month.
select distinct to_date(right(c.relname, 7), 'YYYY_MM')
from pg_inherits i
join pg_class c on c.oid = i.inhrelid
where i.inhparent = any (array['pico.events', 'pico.visits', 'pico.event_details', 'pico.engagement', 'pico.micro_visits']::regclass[])
  and right(c.relname, 7) < to_char($1::date, 'YYYY_MM')
order by 1;
