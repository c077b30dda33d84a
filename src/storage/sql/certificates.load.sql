select
  chain,
  private_key,
  failures,
  refusals,
  coalesce(ceil(greatest(extract(epoch from next_attempt - clock_timestamp()), 0)), 0)::bigint as pause,
  last_failure
from pico.tls_certificates
where directory = $1 and host = $2;
