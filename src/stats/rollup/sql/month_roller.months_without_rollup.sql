with months as (
  select site_id, date_trunc('month', day::timestamp)::date as month
  from pico.site_days
  where day >= $1::date and day < $2::date
  group by 1, 2
  having bool_and(rolled)
)
select site_id, month
from months
where not exists (select from pico.rollups r where r.site_id = months.site_id and r.period = 1 and r.start = month and r.dimension = 64)
  and not exists (
    select from pico.rollup_marks m
    where m.site_id = months.site_id and m.day >= month and m.day < (month + interval '1 month')::date
  )
order by month desc, site_id
limit $3
