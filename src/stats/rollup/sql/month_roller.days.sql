-- The days of site $1 in the month that begins on $2, each with whether its rollup is what it should be; none when the month's is there.
select d.day,
       d.rolled and not exists (select from pico.rollup_marks m where m.site_id = d.site_id and m.day = d.day)
from pico.site_days d
where d.site_id = $1
  and d.day >= $2::date
  and d.day < ($2::date + interval '1 month')::date
  and not exists (select from pico.rollups r where r.site_id = $1 and r.period = 1 and r.start = $2::date)
order by d.day
