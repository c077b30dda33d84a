insert into pico.micro_labels as w (label_id, platform, referer_domain, country)
select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
on conflict (label_id) do update set condemned = false
where w.condemned
