select name_id, name from pico.event_names where name_id = any($1::bigint[])
