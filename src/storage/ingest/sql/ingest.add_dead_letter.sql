insert into pico.dead_letters (epoch, sequence, sqlstate, payload)
values ($1::uuid, $2, $3, $4)
on conflict (epoch, sequence) do nothing
