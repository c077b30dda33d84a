-- Transactions that may have stored events which nobody sees yet: whoever has stored a row holds this lock until the end.
select l.virtualtransaction
from pg_catalog.pg_locks l
where
  l.locktype = 'relation'
  and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
  and l.relation = 'events'::regclass
  and l.mode = 'RowExclusiveLock'
  and l.granted
  and l.pid is distinct from pg_backend_pid();
