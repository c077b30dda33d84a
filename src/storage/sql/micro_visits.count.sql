-- From $2 to before $3; $4 and $5: the local days that they may be of.
select count(*)
from pico.micro_visits m
join pico.sites s using (site_id)
where s.domain = $1 and m.at >= $2 and m.at < $3 and m.day between $4 and $5;
