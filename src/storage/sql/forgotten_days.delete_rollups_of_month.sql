-- Of its days and of the month itself.
delete from pico.rollups
where start >= $1::date and start < ($1::date + interval '1 month')::date;
