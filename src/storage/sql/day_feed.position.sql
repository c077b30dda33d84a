-- The token alone would survive a dump of the tables, and a copy of the files of a server that was stopped.
select
  pg_current_snapshot(),
  h.token || ' ' || pg_postmaster_start_time() || ' ' || 'pico.feed'::regclass::oid,
  h.xid
from (values (1)) as always (row)
left join pico.feed_horizon h on h.only_row
