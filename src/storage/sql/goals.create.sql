insert into pico.goals (site_id, display_name, event_name, page_path)
values ($1, $2, $3, $4)
on conflict (site_id, display_name) do nothing;
