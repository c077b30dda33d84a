select r.id::text, r.at, r.connection_id::text, r.referrer, r.page
from pico.sites s
join pico.external_referrers r on r.site_id = s.site_id
where s.domain = $1
order by r.at desc, r.id
limit $2;
