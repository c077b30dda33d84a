insert into pico.site_zones (site_id, from_instant, tz)
values ($1, $2, $3);
