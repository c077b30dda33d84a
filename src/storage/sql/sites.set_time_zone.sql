insert into pico.site_zones (site_id, from_instant, tz)
select site_id, $3, $2 from pico.sites where domain = $1
on conflict (site_id, from_instant) do update set tz = excluded.tz
