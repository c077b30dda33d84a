-- $2: in rising order, so that two who want several wait for each other instead of deadlocking.
select pg_advisory_xact_lock($1::int, lane)
from unnest($2::int[]) as l (lane);
