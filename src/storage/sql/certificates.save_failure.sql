insert into pico.tls_certificates (directory, host, failures, next_attempt, last_failure, updated_at)
values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4), $5, clock_timestamp())
on conflict (directory, host) do update set
  failures = excluded.failures,
  next_attempt = excluded.next_attempt,
  last_failure = excluded.last_failure,
  updated_at = excluded.updated_at;
