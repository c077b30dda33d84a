select device_id, browser, browser_version, os, os_version, device_type from pico.devices where device_id = any($1::bigint[])
