insert into pico.locations as w (location_id, country, subdivision, city, latitude, longitude)
select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::real[], $6::real[])
on conflict (location_id) do update set condemned = false
where w.condemned
