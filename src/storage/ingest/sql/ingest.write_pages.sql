insert into pico.pages as w (site_id, page_id, last_month, hostname, path)
select * from unnest($1::int[], $2::bigint[], $3::date[], $4::text[], $5::text[])
on conflict (site_id, page_id) do update set last_month = excluded.last_month
where w.last_month < excluded.last_month
