update pico.micro_visits set visit_id = $4
where site_id = $1 and day = $2 and visit_id = $3 and at between $5 and $6
