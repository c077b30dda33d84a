update pico.sites
set settings = jsonb_set(settings, '{storeIp}', to_jsonb($2::boolean))
where domain = $1;
