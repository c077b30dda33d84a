insert into pico.count_batches as b (writer, batch)
values ($1::uuid, $2)
on conflict (writer) do update set batch = excluded.batch, updated_at = excluded.updated_at
where b.batch < excluded.batch;
