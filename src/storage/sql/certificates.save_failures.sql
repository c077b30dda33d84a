insert into pico.tls_certificates (directory, host, failures, refusals, next_attempt, last_failure, updated_at)
values ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5), $6, clock_timestamp())
on conflict (directory, host) do update set
  failures = excluded.failures,
  refusals = excluded.refusals,
  next_attempt = excluded.next_attempt,
  last_failure = excluded.last_failure,
  updated_at = excluded.updated_at;
