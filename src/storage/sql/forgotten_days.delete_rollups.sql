-- Of the day $2 and of its month.
delete from pico.rollups
where site_id = $1
  and ((period = 0 and start = $2::date) or (period = 1 and start = date_trunc('month', $2::timestamp)::date));
