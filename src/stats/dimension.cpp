#include "pico/stats/dimension.hpp"

#include <algorithm>
#include <array>

namespace pico::stats {
namespace {

using D = Dimension;

struct Named {
  Dimension dimension;
  std::string_view name;
};

constexpr std::array named{
    Named{D::page, "event:page"},
    Named{D::hostname, "event:hostname"},
    Named{D::event_name, "event:name"},
    Named{D::goal, "event:goal"},
    Named{D::entry_page, "visit:entry_page"},
    Named{D::entry_hostname, "visit:entry_page_hostname"},
    Named{D::exit_page, "visit:exit_page"},
    Named{D::exit_hostname, "visit:exit_page_hostname"},
    Named{D::source, "visit:source"},
    Named{D::channel, "visit:channel"},
    Named{D::referrer, "visit:referrer"},
    Named{D::utm_source, "visit:utm_source"},
    Named{D::utm_medium, "visit:utm_medium"},
    Named{D::utm_campaign, "visit:utm_campaign"},
    Named{D::utm_content, "visit:utm_content"},
    Named{D::utm_term, "visit:utm_term"},
    Named{D::country, "visit:country"},
    Named{D::region, "visit:region"},
    Named{D::city, "visit:city"},
    Named{D::browser, "visit:browser"},
    Named{D::browser_version, "visit:browser_version"},
    Named{D::os, "visit:os"},
    Named{D::os_version, "visit:os_version"},
    Named{D::device, "visit:device"},
    Named{D::screen, "visit:screen"},
    Named{D::language, "visit:language"},
    Named{D::hour, "time:hour"},
    Named{D::day, "time:day"},
    Named{D::week, "time:week"},
    Named{D::month, "time:month"},
};

constexpr std::string_view property_prefix = "event:props:";

}  // namespace

std::optional<DimensionRef> dimension_of(std::string_view name) {
  if (name.starts_with(property_prefix) && name.size() > property_prefix.size()) {
    return DimensionRef{D::property, std::string(name.substr(property_prefix.size()))};
  }
  const auto* const found = std::find_if(named.begin(), named.end(), [&](const Named& one) { return one.name == name; });
  if (found == named.end()) return std::nullopt;
  return DimensionRef{found->dimension};
}

std::string name_of(const DimensionRef& ref) {
  if (ref.dimension == D::property) return std::string(property_prefix) + ref.property;
  const auto* const found =
      std::find_if(named.begin(), named.end(), [&](const Named& one) { return one.dimension == ref.dimension; });
  return found == named.end() ? std::string() : std::string(found->name);
}

bool is_time(Dimension dimension) {
  return dimension == D::hour || dimension == D::day || dimension == D::week || dimension == D::month;
}

bool is_of_event(Dimension dimension) {
  return dimension == D::page || dimension == D::hostname || dimension == D::event_name || dimension == D::property ||
         dimension == D::goal;
}

bool is_rolled_up(Dimension dimension) {
  return dimension <= D::hour;
}

std::string_view blank_label(Dimension dimension) {
  switch (dimension) {
    case D::source:
    case D::referrer: return "Direct / None";
    case D::property: return "(none)";
    default: return "(not set)";
  }
}

}  // namespace pico::stats
