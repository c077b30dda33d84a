-- Time zones that servers give to sites that do not exist yet, and when one last said so. The dates of those zones are in use: nobody
-- destroys their salts (pico/storage/salts.hpp).
create table pico.default_zones (
  tz text primary key,
  seen_at timestamptz not null
);
