insert into pico.acquisitions as w (
  site_id, acquisition_id, last_month, referrer, channel, source, medium, campaign, content, term, utm_source, click_id
)
select * from unnest(
  $1::int[], $2::bigint[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
  $11::text[], $12::text[]
)
on conflict (site_id, acquisition_id) do update set last_month = excluded.last_month
where w.last_month < excluded.last_month
