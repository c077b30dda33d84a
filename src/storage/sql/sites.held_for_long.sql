-- $1, $2: the two halves of the key of the advisory lock of the sites.
select exists (
  select from pg_locks l
  join pg_stat_activity a using (pid)
  where
    l.locktype = 'advisory' and l.granted and l.classid = $1::int and l.objid = $2::int and l.objsubid = 1
    and l.database = (select oid from pg_database where datname = current_database())
    and pid <> pg_backend_pid() and a.xact_start < clock_timestamp() - interval '1 second'
)
