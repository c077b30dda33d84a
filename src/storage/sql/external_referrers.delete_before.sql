-- $1 instant, $2 rows at most.
delete from pico.external_referrers r
using (select site_id, id from pico.external_referrers where at < $1 limit $2) old
where r.site_id = old.site_id and r.id = old.id;
