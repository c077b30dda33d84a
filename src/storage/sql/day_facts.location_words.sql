select location_id, country, subdivision, city from pico.locations where location_id = any($1::bigint[])
