-- A key of a site that is gone is no key: it must not turn into one for all sites.
select k.key_id, k.prefix, k.scope, s.domain, k.name, k.created_at
from pico.api_keys k
left join pico.sites s using (site_id)
where k.hash = $1 and (k.site_id is null or s.site_id is not null);
