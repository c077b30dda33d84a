select domain, site_id from pico.sites where domain = any($1::text[])
