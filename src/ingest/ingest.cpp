#include "pico/ingest/ingest.hpp"

#include <array>

#include "admission.hpp"
#include "pipeline.hpp"
#include "validation.hpp"
#include "wire.hpp"

namespace pico::ingest {
namespace {

/// Past this wait for the disk, new events are refused instead of piling up behind it.
constexpr std::chrono::seconds longest_disk_wait{5};

std::size_t bytes_of(const event::Raw& raw) {
  std::size_t bytes = sizeof(Item);
  for (const auto* text : {&raw.name, &raw.properties, &raw.domain, &raw.hostname, &raw.path, &raw.query, &raw.referrer, &raw.utm_source,
                           &raw.utm_medium, &raw.utm_campaign, &raw.utm_content, &raw.utm_term, &raw.timezone, &raw.language, &raw.user_agent})
    bytes += text->capacity();
  return bytes;
}

WireParser& parser_of_this_thread() {
  static thread_local WireParser parser;  // io threads live as long as the server
  return parser;
}

}  // namespace

class Ingest::Impl {
 public:
  Impl(Options options, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts, enrich::Sites& sites,
       journal::Journal& journal, metrics::Registry& registry)
      : options_(std::move(options)), journal_(journal), metrics_(registry), validation_(options_), admission_(options_, sites),
        pipeline_(options_, std::move(knowledge), salts, sites, journal, metrics_, registry) {
    for (std::size_t i = 0; i < dropped_.size(); ++i)
      dropped_[i] = &Metrics::dropped(registry, std::string(to_string(static_cast<Drop>(i))));
  }

  Answer accept(const std::optional<WireEvent>& wire, const Submission& submission, Ticket ticket) {
    if (!wire) {
      metrics_.parse.Increment();
      return {Verdict::invalid, {}};
    }
    if (journal_.oldest_wait() > longest_disk_wait) {
      metrics_.slow_disk.Increment();
      return {Verdict::unavailable, "slow_disk"};
    }
    auto validated = validation_.validate(*wire, submission);
    if (const auto* reason = std::get_if<Drop>(&validated)) return drop(*reason);
    auto& raw = std::get<event::Raw>(validated);
    switch (admission_.admit(raw.domain)) {
      case Admission::Answer::known:
      case Admission::Answer::admitted: break;
      case Admission::Answer::not_listed: return drop(Drop::site_unknown);
      case Admission::Answer::too_many: return drop(Drop::site_limit);
    }
    return push(std::move(raw), ticket);
  }

  Pipeline& pipeline() { return pipeline_; }

 private:
  Answer drop(Drop reason) {
    // The original counts these among its parse errors.
    metrics_.parse.Increment();
    dropped_[static_cast<std::size_t>(reason)]->Increment();
    return {Verdict::dropped, to_string(reason)};
  }

  Answer push(event::Raw&& raw, Ticket ticket) {
    auto item = std::make_unique<Item>();
    item->bytes = bytes_of(raw);
    item->raw = std::move(raw);
    if (options_.wait_for_disk) item->ticket = ticket;
    if (!pipeline_.push(std::move(item))) {
      metrics_.enqueue.Increment();
      metrics_.queue_full.Increment();
      return {Verdict::unavailable, "queue_full"};
    }
    if (!options_.wait_for_disk && ticket.finish != nullptr) ticket.finish(ticket.context, Outcome::stored);
    return {Verdict::taken, {}};
  }

  const Options options_;
  journal::Journal& journal_;
  Metrics metrics_;
  std::array<metrics::Counter*, 6> dropped_{};
  const Validation validation_;
  Admission admission_;
  Pipeline pipeline_;
};

Ingest::Ingest(Options options, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts, enrich::Sites& sites,
               journal::Journal& journal, metrics::Registry& registry)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(knowledge), salts, sites, journal, registry)) {}
Ingest::~Ingest() = default;

Answer Ingest::accept_json(std::string_view body, const Submission& submission, Ticket ticket) {
  return impl_->accept(parser_of_this_thread().json(body), submission, ticket);
}

Answer Ingest::accept_query(std::string_view query, const Submission& submission, Ticket ticket) {
  return impl_->accept(parser_of_this_thread().query(query), submission, ticket);
}

void Ingest::start() { impl_->pipeline().start(); }
void Ingest::stop() { impl_->pipeline().stop(); }

}  // namespace pico::ingest
