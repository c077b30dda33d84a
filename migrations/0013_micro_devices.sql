-- The devices of the tracker's visits by the names that µAnalytics' API gives to platforms; blank for what it has no name for.
-- src/api/compat/micro_analytics/platform.cpp goes the other way.
create view pico.micro_devices as
select device_id,
       case
         when os in ('Android', 'Blackberry', 'Playstation') then os
         when os = 'Windows' then 'Microsoft Windows'
         when os = 'WindowsPhone' then 'Microsoft Windows Phone'
         when platform = 'Mac' then 'Apple Mac'
         when platform in ('iPhone', 'iPad', 'iPod', 'Linux') then platform
         else ''
       end as platform
from pico.devices;
