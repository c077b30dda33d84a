select chain, private_key, failures, next_attempt, last_failure
from pico.tls_certificates
where directory = $1 and host = $2;
