delete from pico.site_days
where day >= $1::date and day < ($1::date + interval '1 month')::date;
