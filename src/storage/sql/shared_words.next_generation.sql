insert into pico.install (key, value)
values ('word_generation', uuid_send(gen_random_uuid()))
on conflict (key) do update set value = excluded.value;
