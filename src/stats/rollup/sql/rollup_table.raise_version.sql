-- The clock takes part so that a database that went back in time (a restored backup, a lost standby) does not give out a version anew
-- that an instance remembers with another content.
insert into pico.rollup_versions (site_id, version)
values ($1, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
on conflict (site_id) do update
set version = greatest(rollup_versions.version + 1, excluded.version)
