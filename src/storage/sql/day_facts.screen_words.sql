select screen_id, case when width = 0 and height = 0 then '' else width || 'x' || height end, language
from pico.screens
where screen_id = any($1::bigint[])
