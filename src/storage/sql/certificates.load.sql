select chain, private_key, revision, failures, next_attempt, last_failure
from pico.tls_certificates
where directory = $1 and host = $2;
