select k.key_id, k.prefix, k.scope, s.domain, k.name, k.created_at
from pico.api_keys k
left join pico.sites s using (site_id)
where k.site_id is null or s.site_id is not null
order by k.key_id;
