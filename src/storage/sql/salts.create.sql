insert into pico.salts (day, salt)
values ($1, $2)
on conflict (day) do nothing;
