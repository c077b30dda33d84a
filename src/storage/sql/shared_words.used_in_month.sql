-- Which of the devices $2, locations $3, screens $4 and names of events $5 and labels $6 are used in the month that begins with $1.
with visited as materialized (
  select device_id, location_id, screen_id
  from pico.visits
  where day >= $1::date and day < ($1::date + interval '1 month')::date
    and (device_id = any ($2::bigint[]) or location_id = any ($3::bigint[]) or screen_id = any ($4::bigint[]))
  group by device_id, location_id, screen_id
), handed_in as materialized (
  select name_id, label_id
  from pico.micro_visits
  where day >= $1::date and day < ($1::date + interval '1 month')::date
    and (name_id = any ($5::bigint[]) or label_id = any ($6::bigint[]))
  group by name_id, label_id
)
select 0, device_id from visited where device_id = any ($2::bigint[])
union
select 1, location_id from visited where location_id = any ($3::bigint[])
union
select 2, screen_id from visited where screen_id = any ($4::bigint[])
union
select 3, name_id
from pico.event_details
where day >= $1::date and day < ($1::date + interval '1 month')::date and name_id = any ($5::bigint[])
union
select 3, name_id from handed_in where name_id = any ($5::bigint[])
union
select 4, label_id from handed_in where label_id = any ($6::bigint[]);
