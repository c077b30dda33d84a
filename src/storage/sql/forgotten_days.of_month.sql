-- Days of the month that begins with $1 of which something is kept, of every site.
select site_id, day from pico.site_days
where day >= $1::date and day < ($1::date + interval '1 month')::date
union
select site_id, start from pico.rollups
where period = 0 and start >= $1::date and start < ($1::date + interval '1 month')::date
order by 1, 2;
