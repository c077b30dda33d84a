select page_id, hostname, path from pico.pages where site_id = $1 and page_id = any($2::bigint[])
