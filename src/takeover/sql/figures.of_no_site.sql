select count(*)
from events
where id <= $2 and not domain_id = any ($1::bigint[]);
