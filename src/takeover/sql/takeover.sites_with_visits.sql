select s.domain
from pico.sites s
where s.domain = any ($1::text[]) and exists (select from pico.visits v where v.site_id = s.site_id)
order by s.domain;
