-- Only of sites whose owner has asked for it. Whoever changes that waits for the batch, since it holds the sites.
insert into pico.micro_addresses as m (site_id, who, ip, last_day)
select a.*
from unnest($1::int[], $2::bigint[], $3::text[], $4::date[]) as a (site_id, who, ip, last_day)
join pico.sites s using (site_id)
where s.settings @> '{"storeIp": true}'
order by a.site_id, a.who
on conflict (site_id, who) do update set last_day = excluded.last_day
where m.last_day < excluded.last_day
