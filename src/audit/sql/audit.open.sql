-- Names cannot be parameters of a statement, so the catalogue's names are quoted by Postgres itself. The function lives as long as the
-- session.
create or replace function pg_temp.audit_open(relation text, name text, bytes boolean) returns void language plpgsql as $$
declare
  audit_cursor refcursor := 'audit_cursor';
begin
  open audit_cursor no scroll for execute format(
    case when bytes then 'select %1$I from pico.%2$I where %1$I is not null' else 'select %1$I::text from pico.%2$I where %1$I is not null' end,
    name, relation);
end
$$
