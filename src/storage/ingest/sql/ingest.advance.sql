update pico.ingest_checkpoint c
set sequence = a.target, updated_at = now()
from unnest($2::smallint[], $3::bigint[], $4::bigint[]) as a (shard, expected, target)
where c.epoch = $1::uuid and c.shard = a.shard and c.sequence = a.expected and c.owner = $5::uuid
