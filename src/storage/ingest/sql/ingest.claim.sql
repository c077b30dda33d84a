-- Rows that are the owner's already are only touched now and then.
update pico.ingest_checkpoint
set owner = $3::uuid, updated_at = now()
where epoch = $1::uuid and shard = any ($2::smallint[])
  and (owner is null or owner = $3::uuid or updated_at < now() - make_interval(secs => $4))
  and (owner is distinct from $3::uuid or updated_at < now() - make_interval(secs => $4 / 3.0))
