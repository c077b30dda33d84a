select visitors
from pico.feed
where site_id = $1 and day = $2 and not pg_visible_in_snapshot(xid, $3::pg_snapshot)
