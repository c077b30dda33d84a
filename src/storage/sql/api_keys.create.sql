-- Nothing when a key begins alike: lists and `key revoke` tell keys apart by their prefix.
insert into pico.api_keys (hash, prefix, scope, site_id, name)
select $1::bytea, $2::text, $3, $4::int, $5
where not exists (select 1 from pico.api_keys where prefix = $2);
