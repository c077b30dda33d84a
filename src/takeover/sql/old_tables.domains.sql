-- first_seen: the oldest session that the domain has; the old tables do not say when the domain itself was made.
select
  d.domain_id,
  d.domain_name,
  (
    select min(s.created_at)
    from sessions s
    where s.domain_id = d.domain_id and s.created_at >= '2000-01-02' and s.created_at < now()
  ) as first_seen
from domains d
order by d.domain_id;
