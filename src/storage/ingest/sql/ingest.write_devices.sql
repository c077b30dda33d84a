insert into pico.devices as w (device_id, browser, browser_version, os, os_version, platform, device_type)
select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
on conflict (device_id) do update set condemned = false
where w.condemned
