-- Certificates by ACME (docs/operations.md, decisions/0016): shared by all instances that stand behind one name.

-- One certificate for each host and authority, or what is known of the attempts at one. private_key: PEM, not encrypted.
create table pico.tls_certificates (
  directory text not null,
  host text not null,
  chain text,
  private_key text,
  revision bigint not null default 0,
  failures int not null default 0,
  next_attempt timestamptz,
  last_failure text not null default '',
  updated_at timestamptz not null default now(),
  primary key (directory, host)
);

-- The account with an authority is its key.
create table pico.acme_accounts (
  directory text primary key,
  private_key text not null,
  created_at timestamptz not null default now()
);

-- What an authority gets to read while an order is under way, from whichever instance it asks.
create table pico.acme_challenges (
  token text primary key,
  answer text not null,
  created_at timestamptz not null default now()
);
