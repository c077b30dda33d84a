delete from pico.visits where site_id = $1 and day = $2 and visit_id = $3
