-- A lock of one number is in pg_locks in two halves.
select exists (
  select
  from pg_locks
  where locktype = 'advisory' and pid = pg_backend_pid() and granted and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())
    and (classid::bigint << 32) | objid::bigint = hashtextextended('picolytics acme ' || $1::text, 0)
);
