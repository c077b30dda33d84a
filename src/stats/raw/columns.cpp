#include "raw/columns.hpp"

#include <map>

namespace pico::stats::raw {
namespace {

using D = Dimension;

constexpr WordColumn page(std::string_view fact, std::string_view text) {
  return {fact, "pico.pages", "page_id", text, true};
}
constexpr WordColumn acquisition(std::string_view text) {
  return {"v.acquisition_id", "pico.acquisitions", "acquisition_id", text, true};
}
constexpr WordColumn device(std::string_view text) {
  return {"v.device_id", "pico.devices", "device_id", text};
}
constexpr WordColumn location(std::string_view text) {
  return {"v.location_id", "pico.locations", "location_id", text};
}
constexpr WordColumn screen(std::string_view text) {
  return {"v.screen_id", "pico.screens", "screen_id", text};
}

const std::map<Dimension, WordColumn> columns{
    {D::page, page("e.page_id", "path")},
    {D::hostname, page("e.page_id", "hostname")},
    {D::event_name, {"e.name_id", "pico.event_names", "name_id", "name"}},
    {D::entry_page, page("v.entry_page_id", "path")},
    {D::entry_hostname, page("v.entry_page_id", "hostname")},
    {D::exit_page, page("v.exit_page_id", "path")},
    {D::exit_hostname, page("v.exit_page_id", "hostname")},
    {D::source, acquisition("source")},
    {D::channel, acquisition("channel")},
    {D::referrer, acquisition("referrer")},
    {D::utm_source, acquisition("utm_source")},
    {D::utm_medium, acquisition("medium")},
    {D::utm_campaign, acquisition("campaign")},
    {D::utm_content, acquisition("content")},
    {D::utm_term, acquisition("term")},
    {D::country, location("country")},
    {D::region, location("subdivision")},
    {D::city, location("city")},
    {D::browser, device("browser")},
    {D::browser_version, device("browser_version")},
    {D::os, device("os")},
    {D::os_version, device("os_version")},
    {D::device, device("device_type")},
    {D::screen, screen("case when width = 0 and height = 0 then '' else width || 'x' || height end")},
    {D::language, screen("language")},
};

}  // namespace

const WordColumn* word_column(Dimension dimension) {
  const auto found = columns.find(dimension);
  return found == columns.end() ? nullptr : &found->second;
}

}  // namespace pico::stats::raw
