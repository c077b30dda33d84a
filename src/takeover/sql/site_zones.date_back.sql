-- A site that was made here before is as old as its oldest session.
update pico.sites
set created_at = $2
where domain = $1 and created_at > $2;
