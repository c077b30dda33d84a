#include "takeover_report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pico::app {
namespace {

using takeover::Figures;
using takeover::SiteFigures;

std::string grouped_signed(std::int64_t number) {
  return number < 0 ? "-" + grouped(static_cast<std::uint64_t>(-number)) : grouped(static_cast<std::uint64_t>(number));
}

std::string counted(std::int64_t number, const char* one, const char* many) {
  return grouped_signed(number) + " " + (number == 1 ? one : many);
}

/// Adds figures of sites, for the rows that stand for several.
void add(SiteFigures& sum, const SiteFigures& site) {
  for (const auto member : {&SiteFigures::old_domains, &SiteFigures::old_sessions, &SiteFigures::old_visitors, &SiteFigures::old_events, &SiteFigures::old_pings,
                            &SiteFigures::visits, &SiteFigures::visitors, &SiteFigures::events})
    sum.*member += site.*member;
}

std::string row(const SiteFigures& site, std::size_t width, bool compared) {
  auto text = fmt::format("{:<{}} {:>12} {:>12} {:>12} {:>12}", site.site, width, grouped_signed(site.old_sessions), grouped_signed(site.old_visitors),
                          grouped_signed(site.old_events), grouped_signed(site.old_pings));
  if (compared)
    text += fmt::format("  | {:>12} {:>12} {:>12}", grouped_signed(site.visits), grouped_signed(site.visitors), grouped_signed(site.events));
  return text + "\n";
}

/// What this server's own events do to the comparison, or where old ones have gone.
std::string other_events(const SiteFigures& site) {
  const auto more = site.events - site.old_events;
  if (more > 0) return fmt::format("  {} more here, with visits and visitors of their own: this server took them itself\n", counted(more, "event", "events"));
  if (more < 0) return fmt::format("  {} fewer here: removed since, such as by pruneDays\n", counted(-more, "event", "events"));
  return {};
}

std::string reasons(const SiteFigures& site, bool compared, std::chrono::minutes visit_timeout) {
  std::string text;
  const auto add = [&](std::int64_t number, const std::string& sentence) {
    if (number != 0) text += "  " + sentence + "\n";
  };
  const auto of_events = site.old_sessions - site.sessions_without_events - site.sessions_of_pings;
  const auto cut = site.session_days - of_events;
  add(site.old_domains > 1, fmt::format("{} old names are one site: hosts compare without case", site.old_domains));
  add(site.sessions_without_events, counted(site.sessions_without_events, "session has no event and is", "sessions have no event and are") + " no visit");
  add(site.sessions_of_pings, counted(site.sessions_of_pings, "session has nothing but pings and is", "sessions have nothing but pings and are") + " no visit");
  add(cut, counted(cut, "visit", "visits") + " more: a session that goes on after the site's midnight is a visit of each day");
  const auto by_day = site.visitor_days - site.old_visitors;
  add(by_day, counted(by_day, "visitor", "visitors") + " more: who comes on another day is another visitor, so that days add up");
  add(site.left_out, counted(site.left_out, "event", "events") + " left out: without a name, a session, or a time that can be");
  if (!compared) return text;
  const auto others = other_events(site);
  const auto visits = site.visits - site.session_days;
  if (others.empty())
    add(visits, fmt::format("{} {}: a visit is a chain of events at most {} minutes apart, whatever the old server made of them",
                            counted(std::abs(visits), "visit", "visits"), visits > 0 ? "more" : "fewer", visit_timeout.count()));
  return text + others;
}

}  // namespace

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string describe(const takeover::Outcome& outcome) {
  auto text = fmt::format("taken over in this run: {} events and {} pings; {} sites made\n", grouped(outcome.events), grouped(outcome.pings), grouped(outcome.sites_made));
  for (const auto& [number, what] : {std::pair(outcome.without_domain, "whose domain is blank or no host"), std::pair(outcome.without_time, "whose time cannot be"),
                                     std::pair(outcome.without_name, "without a name"), std::pair(outcome.without_session, "without a session")})
    if (number > 0) text += fmt::format("left out: {} {}\n", grouped(number), what);
  return text;
}

std::string describe(const Figures& figures, std::chrono::minutes visit_timeout, std::size_t most_sites) {
  const auto shown = std::min(most_sites, figures.sites.size());
  std::size_t width = 20;
  for (std::size_t i = 0; i < shown; ++i) width = std::max(width, figures.sites[i].site.size());
  auto text = fmt::format("{:<{}} {:>12} {:>12} {:>12} {:>12}", "", width, "sessions", "visitors", "events", "pings");
  text += figures.compared ? fmt::format("  | {:>12} {:>12} {:>12}  here\n", "visits", "visitors", "events") : "\n";
  SiteFigures others, total;
  others.site = fmt::format("{} more sites", figures.sites.size() - shown);
  total.site = fmt::format("{} sites", figures.sites.size());
  std::string why;
  for (std::size_t i = 0; i < figures.sites.size(); ++i) {
    const auto& site = figures.sites[i];
    add(total, site);
    if (i >= shown) {
      add(others, site);
      continue;
    }
    text += row(site, width, figures.compared);
    const auto sentences = reasons(site, figures.compared, visit_timeout);
    if (!sentences.empty()) why += site.site + ":\n" + sentences;
  }
  if (shown < figures.sites.size()) text += row(others, width, figures.compared);
  text += row(total, width, figures.compared);
  if (figures.without_domain > 0) text += fmt::format("{} events of no site: their domain is blank or no host\n", grouped_signed(figures.without_domain));
  return why.empty() ? text : text + "\nWhy numbers differ:\n" + why;
}

}  // namespace pico::app
