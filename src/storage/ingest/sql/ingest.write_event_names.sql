insert into pico.event_names as w (name_id, name)
select * from unnest($1::bigint[], $2::text[])
on conflict (name_id) do update set condemned = false
where w.condemned
