-- Every column of the schema's tables, those of its partitions once; whether it can hold text or bytes, and how to read it.
select
  c.relname::text as relation,
  a.attname::text as name,
  coalesce(e.typcategory, t.typcategory) in ('S', 'U', 'I', 'X') as searched,
  t.typname = 'bytea' as bytes
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
where n.nspname = 'pico' and c.relkind in ('r', 'p', 'm', 'f') and not c.relispartition
order by 1, 2
