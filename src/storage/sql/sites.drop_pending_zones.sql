delete from pico.site_zones
where site_id = $1 and from_instant > $2;
