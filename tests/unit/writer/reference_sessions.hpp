#pragma once
#include <chrono>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "pico/event/kind.hpp"
#include "pico/storage/ingest_rows.hpp"

/// The definition of a visit, written down as simply as can be: sort all events of a visitor-day, cut at long gaps, look at each
/// piece as a whole. The sessionizer must always agree with it.
namespace pico::writer::reference {

struct Event {
  int id = 0;  ///< a name for the event
  Instant at;
  event::Kind kind = event::Kind::load;
  bool interactive = true;
  storage::WordId page = 0;
  storage::Origin origin;
};

struct Session {
  storage::Visit visit;  ///< ordinal 0: which number a visit has depends on the order of arrival
  std::set<int> events;  ///< ids, pings included
};

inline bool ends_bounce(const Event& event) {
  return event.kind == event::Kind::visible || event.kind == event::Kind::hashchange ||
         (event.kind == event::Kind::custom && event.interactive);
}

inline Session session_of(std::span<const Event> chain) {
  Session session;
  auto& visit = session.visit;
  visit.started_at = chain.front().at;
  visit.last_at = chain.back().at;
  const Event* entry = nullptr;
  const Event* exit = nullptr;
  const Event* last_pageview = nullptr;
  for (const auto& event : chain) {
    session.events.insert(event.id);
    if (!event::is_row(event.kind)) continue;
    ++visit.events;
    if (ends_bounce(event)) visit.flags = storage::bounce_ended;
    if (entry == nullptr || (event.at == entry->at && event.origin < entry->origin)) entry = &event;
    if (exit == nullptr || event.at > exit->at || event.page > exit->page) exit = &event;
    if (!event::is_pageview(event.kind)) continue;
    ++visit.pageviews;
    if (last_pageview == nullptr || event.at > last_pageview->at || event.page > last_pageview->page) last_pageview = &event;
  }
  if (last_pageview != nullptr) exit = last_pageview;
  if (entry == nullptr) return session;
  visit.origin = entry->origin;
  visit.entry_ms = static_cast<std::int32_t>((entry->at - visit.started_at).count());
  visit.exit_page = exit->page;
  visit.exit_ms = static_cast<std::int32_t>((exit->at - visit.started_at).count());
  return session;
}

/// By time.
inline std::vector<Session> sessions_of(std::vector<Event> events, std::chrono::milliseconds timeout) {
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; });
  std::vector<Session> sessions;
  for (std::size_t begin = 0, end = 0; begin < events.size(); begin = end) {
    for (end = begin + 1; end < events.size() && events[end].at - events[end - 1].at <= timeout; ++end) {
    }
    sessions.push_back(session_of(std::span(events).subspan(begin, end - begin)));
  }
  return sessions;
}

}  // namespace pico::writer::reference
