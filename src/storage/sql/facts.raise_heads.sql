-- The heads $3, which stay while other visits of their day go: whoever holds what such a day was has to read it again.
update pico.visits
set rev = case rev when 32767 then 1 else rev + 1 end
where site_id = $1 and day = $2 and visit_id = any ($3::bigint[]) and bot = 0;
