insert into pico.acme_challenges (token, answer)
values ($1, $2)
on conflict (token) do update set answer = excluded.answer, created_at = excluded.created_at;
