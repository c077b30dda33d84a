-- The column of sites whose settings ask to keep addresses ($3), or of all others.
create or replace function pg_temp.audit_open_asked_for(relation text, name text, asked_for boolean) returns void language plpgsql as $$
declare
  audit_cursor refcursor := 'audit_cursor';
begin
  open audit_cursor no scroll for execute format(
    'select %1$I::text from pico.%2$I r where %1$I is not null and $1 = exists (
       select from pico.sites s where s.site_id = r.site_id and s.settings @> ''{"storeIp": true}'')',
    name, relation) using asked_for;
end
$$
