select
where exists (select from pico.visits where site_id = $1 and day = $2)
   or exists (select from pico.events where site_id = $1 and day = $2)
   or exists (select from pico.event_details where site_id = $1 and day = $2)
   or exists (select from pico.engagement where site_id = $1 and day = $2)
   or exists (select from pico.micro_visits where site_id = $1 and day = $2);
