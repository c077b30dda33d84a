select goal_id, display_name, event_name, page_path
from pico.goals
where site_id = $1
order by display_name;
