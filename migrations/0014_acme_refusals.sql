-- Attempts at a certificate that the authority refused, in a row: they pause by a number of their own, which attempts that did not reach it do
-- not raise.
alter table pico.tls_certificates add column refusals int not null default 0;
