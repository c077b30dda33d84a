insert into pico.tls_certificates as stored (directory, host, chain, private_key, revision, updated_at)
values ($1, $2, $3, $4, 1, clock_timestamp())
on conflict (directory, host) do update set
  chain = excluded.chain,
  private_key = excluded.private_key,
  revision = stored.revision + 1,
  failures = 0,
  refusals = 0,
  next_attempt = null,
  last_failure = '',
  updated_at = excluded.updated_at;
