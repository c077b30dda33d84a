insert into pico.external_referrers (site_id, connection_id, referrer, page)
select s.site_id, r.connection_id::uuid, r.referrer, r.page
from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as r (domain, connection_id, referrer, page)
join pico.sites s on s.domain = r.domain;
