-- The folder whose server writes a shard of a journal epoch, so that a copy of the folder keeps off while that server lives
-- (docs/decisions/0018-who-writes-an-epoch.md). NULL: nobody's; whoever has the epoch may write it.
alter table pico.ingest_checkpoint add column owner uuid;
