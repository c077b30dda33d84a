-- Of each domain the id of its site and the moment at which the last one of that name was removed; and the generation of words, which changes
-- whenever some are condemned.
with removed as (
  select domain, max(removed_at) as removed_at from pico.removed_sites where domain = any ($1::text[]) group by domain
)
select
  s.site_id, removed.removed_at,
  coalesce((select encode(value, 'hex') from pico.install where key = 'word_generation'), '')
from unnest($1::text[]) with ordinality as asked (domain, position)
left join pico.sites s using (domain)
left join removed using (domain)
order by asked.position
