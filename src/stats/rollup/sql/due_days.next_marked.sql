-- A mark can be left of a day that the site has no more.
select m.site_id, m.day, coalesce(d.closing, true), coalesce(d.rolled, true)
from (select distinct site_id, day from pico.rollup_marks where (day, site_id) < ($1::date, $2::int)) m
left join pico.site_days d using (site_id, day)
order by m.day desc, m.site_id desc
limit $3
