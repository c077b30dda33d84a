#pragma once
#include <string>

/// Statements that tell all that is stored, whatever way it came by.
namespace pico::writer {

/// Visits with all their words; which number a visit has depends on the order of arrival.
inline constexpr auto visits_sql =
    "select string_agg(concat_ws(' ', domain, v.day, v.visit_id & -1024, started_at, last_at, pageviews, events, entry_ms, exit_ms, bot, "
    "flags, entry.hostname || entry.path, leave.path, source, browser, country, width), e'\\n' "
    "order by domain, v.day, v.visit_id & -1024, started_at) from pico.visits v join pico.sites s using (site_id) "
    "left join pico.pages entry on entry.site_id = v.site_id and entry.page_id = entry_page_id "
    "left join pico.pages leave on leave.site_id = v.site_id and leave.page_id = exit_page_id "
    "left join pico.acquisitions a on a.site_id = v.site_id and a.acquisition_id = v.acquisition_id "
    "left join pico.devices using (device_id) left join pico.locations using (location_id) left join pico.screens using (screen_id)";

/// Rows of a table, each with the beginning of its visit.
inline std::string rows_sql(const std::string& table, const std::string& columns) {
  return "select string_agg(concat_ws(' ', domain, f.day, at, path, started_at, f.visit_id & -1024, " + columns +
         "), e'\\n' order by domain, f.day, at, f.visit_id & -1024, path, " + columns + ") from pico." + table +
         " f join pico.sites using (site_id) join pico.pages using (site_id, page_id) "
         "left join pico.visits v on v.site_id = f.site_id and v.day = f.day and v.visit_id = f.visit_id";
}

}  // namespace pico::writer
