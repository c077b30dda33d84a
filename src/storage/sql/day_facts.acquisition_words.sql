select acquisition_id, source, channel, referrer, utm_source, medium, campaign, content, term
from pico.acquisitions
where site_id = $1 and acquisition_id = any($2::bigint[])
