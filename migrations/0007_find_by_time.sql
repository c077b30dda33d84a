-- The facts of a few visitors are looked for around the time of their visits (include/pico/storage/day_facts.hpp): nothing else
-- leads from a visit to them, and an index on visit_id would take half as much room as the rows. Block ranges are summarized when
-- the next one begins and not at the next vacuum, because Postgres reads all those that are not.
drop index pico.events_at_idx;
create index on pico.events using brin (at) with (autosummarize = on);
create index on pico.event_details using brin (at) with (autosummarize = on);
create index on pico.engagement using brin (at) with (autosummarize = on);
