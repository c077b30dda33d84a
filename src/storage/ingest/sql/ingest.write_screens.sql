insert into pico.screens as w (screen_id, width, height, pixel_ratio, pixel_depth, timezone, language)
select * from unnest($1::bigint[], $2::int[], $3::int[], $4::real[], $5::int[], $6::text[], $7::text[])
on conflict (screen_id) do update set condemned = false
where w.condemned
