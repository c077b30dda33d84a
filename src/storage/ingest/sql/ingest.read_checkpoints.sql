select c.sequence, c.owner = $3::uuid
from unnest($2::smallint[]) with ordinality as s (shard, position)
join pico.ingest_checkpoint c on c.epoch = $1::uuid and c.shard = s.shard
order by s.position
