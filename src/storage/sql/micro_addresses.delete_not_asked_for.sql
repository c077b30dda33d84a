-- Up to $1 addresses of sites that do not ask to keep them, or that are no more.
delete from pico.micro_addresses
where ctid = any (array(
  select a.ctid
  from pico.micro_addresses a
  where not exists (select from pico.sites s where s.site_id = a.site_id and s.settings @> '{"storeIp": true}')
  limit $1
));
