with made as (
  insert into pico.salts (day, salt) values ($1, $2)
  on conflict (day) do nothing
  returning salt
)
select salt from made
union all
select salt from pico.salts where day = $1
limit 1
