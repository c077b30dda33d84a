-- The days before $2 of which site $1 has facts, or of which something is kept. A fact of any kind may be there without its visit.
select day from pico.visits where site_id = $1 and day < $2
union
select day from pico.events where site_id = $1 and day < $2
union
select day from pico.event_details where site_id = $1 and day < $2
union
select day from pico.engagement where site_id = $1 and day < $2
union
select day from pico.micro_visits where site_id = $1 and day < $2
union
select day from pico.site_days where site_id = $1 and day < $2
order by 1;
