-- As in rollup_table.raise_version.sql, for the sites $1 (in rising order).
insert into pico.rollup_versions (site_id, version)
select site_id, (extract(epoch from clock_timestamp()) * 1000000)::bigint from unnest($1::int[]) as s (site_id)
on conflict (site_id) do update
set version = greatest(rollup_versions.version + 1, excluded.version);
