-- $2: days since 1970, or months, in rising order, so that two who want several wait for each other instead of deadlocking.
select pg_advisory_xact_lock_shared($1::int, day)
from unnest($2::int[]) as d (day);
