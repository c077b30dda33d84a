#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/ip_address.hpp"
#include "pico/core/time.hpp"
#include "pico/enrich/enricher.hpp"
#include "pico/enrich/sites.hpp"
#include "pico/journal/journal.hpp"
#include "pico/metrics/registry.hpp"

/// The way of an event from a client's bytes to the journal: parse, validate, admit, queue, enrich, journal.
namespace pico::ingest {

struct Options {
  std::vector<std::string> valid_event_names;  ///< names taken as they are; built-in kinds and listed custom ones
  bool custom_events = true;                   ///< take any other name too when the event carries properties (`p`), as pico() sends it
  bool respect_do_not_track = true;            ///< Do-Not-Track and Global Privacy Control: count the hit, keep nothing else
  bool wait_for_disk = true;                   ///< ackMode durable: a ticket is finished when its event is on disk; else once it is queued
  bool register_sites = true;                  ///< siteRegistration auto
  std::size_t max_auto_sites = 100;
  std::size_t max_auto_sites_per_hour = 10;
  std::size_t queue_items = 640'000;
  std::size_t queue_bytes = 256u << 20;        ///< of events in RAM, queued or on their way to the disk
  unsigned threads = 1;                        ///< pipeline threads
};

/// What came of an event that was taken. Passed to Ticket::finish.
enum class Outcome : std::uint8_t {
  stored,        ///< on disk (or, with wait_for_disk off, queued)
  journal_full,  ///< journal or disk full
  failed,        ///< the disk failed
  no_salt,       ///< the day's salt is not known: Postgres has been away since before this process started
};

/// Who waits for the outcome. A plain value: it travels with the event and is called once, from any thread; context may be null.
struct Ticket {
  void* context = nullptr;
  void (*finish)(void* context, Outcome outcome) noexcept = nullptr;
};

/// An event as an HTTP session hands it in. The views need to live only during the call.
struct Submission {
  std::string_view user_agent;
  std::string_view accept_language;
  std::string_view origin;        ///< the Origin header; empty when there is none
  std::string_view do_not_track;  ///< the DNT header
  std::string_view privacy_control;  ///< the Sec-GPC header
  IpAddress client;
  Instant received_at;
};

enum class Verdict : std::uint8_t {
  taken,        ///< the ticket will be finished
  invalid,      ///< not an event: 400
  dropped,      ///< understood, but not counted: 202 with the reason in a header. The ticket will not be finished
  unavailable,  ///< no room, disk too slow, or stopping: 503 with Retry-After. The ticket will not be finished
};

struct Answer {
  Verdict verdict;
  std::string_view reason;  ///< of dropped and unavailable: a short static word
};

/// Owns the queue and the pipeline threads. accept… is for io threads: thread-safe and never blocks.
class Ingest {
 public:
  Ingest(Options options, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts, enrich::Sites& sites,
         journal::Journal& journal, metrics::Registry& registry);
  ~Ingest();

  /// An event as `POST /p` carries it (JSON; docs/tracking.md).
  Answer accept_json(std::string_view body, const Submission& submission, Ticket ticket);
  /// An event as the noscript pixel carries it: a query string with the same keys; the name is `load` when absent.
  Answer accept_query(std::string_view query, const Submission& submission, Ticket ticket);

  void start();
  /// Takes nothing new, brings what is queued into the journal, ends the threads. Tickets are finished by the journal.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::ingest
