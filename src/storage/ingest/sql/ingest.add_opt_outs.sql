insert into pico.opt_outs as o (site_id, day, hits)
select site_id, day, hits from unnest($1::int[], $2::date[], $3::bigint[]) as r (site_id, day, hits)
on conflict (site_id, day) do update set hits = o.hits + excluded.hits
