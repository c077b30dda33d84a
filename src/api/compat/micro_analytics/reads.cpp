#include "pico/api/micro_reads.hpp"

#include "answers.hpp"
#include "names.hpp"
#include "pico/storage/sites.hpp"
#include "question.hpp"

namespace pico::api {
namespace {

using micro_analytics::Fault;
using micro_analytics::Question;
using Report = MicroReads::Report;

/// Groups and periods of one answer.
constexpr std::size_t most_rows = 100'000;
constexpr std::size_t piece_bytes = 32 * 1024;
/// A list keeps a snapshot of the database, and what is deleted meanwhile stays on the disk: not for ever.
constexpr std::chrono::hours longest_list{1};

const Fault no_such_site{"InvalidDatabaseName", "there is no website of that name"};
const Fault unavailable{"InternalError", "Postgres is away or too much is asked of it: try again", 503};
const Fault too_many_periods{"InvalidInterval", "that makes more than 100000 periods: choose a longer interval, or start and end"};

http::Response groups_of(storage::Connection& connection, int site, const Question& question, storage::MicroField field) {
  const auto groups = storage::micro_groups(connection, site, question.range, field, question.unique, most_rows);
  return micro_analytics::groups_answer(groups, field == storage::MicroField::country);
}

http::Response times_of(storage::Connection& connection, int site, const Question& question) {
  const auto buckets = storage::micro_times(connection, site, question.range, question.interval, question.unique, most_rows + 1);
  if (buckets.size() > most_rows) return answer_of(too_many_periods);
  return micro_analytics::times_answer(buckets, question.interval);
}

http::Response answer_to(Report report, storage::Connection& connection, const std::string& domain, const Question& question) {
  const auto site = storage::find_site(connection, domain);
  if (!site) return answer_of(no_such_site);
  switch (report) {
    case Report::countries: return groups_of(connection, *site, question, storage::MicroField::country);
    case Report::platforms: return groups_of(connection, *site, question, storage::MicroField::platform);
    case Report::domains: return groups_of(connection, *site, question, storage::MicroField::domain);
    case Report::events: return groups_of(connection, *site, question, storage::MicroField::event);
    case Report::time: return times_of(connection, *site, question);
    default: return micro_analytics::totals_answer(storage::micro_totals(connection, *site, question.range));
  }
}

/// Whether all of them were taken.
bool write_visits(http::AnswerPipe& pipe, storage::MicroVisits& visits, std::vector<storage::MicroVisits::Visit> some) {
  const auto until = std::chrono::steady_clock::now() + longest_list;
  std::string text = R"({"list":[)";
  for (; !some.empty() && std::chrono::steady_clock::now() < until; some = visits.next()) {
    for (const auto& visit : some) {
      if (text.empty() || text.back() == '}') text += ',';
      micro_analytics::append_visit(text, visit);
      if (text.size() < piece_bytes) continue;
      if (!pipe.write(text)) return false;
      text.clear();
    }
  }
  return some.empty() && pipe.write(text + "]}\n");
}

}  // namespace

/// A list of visits while it is sent.
struct MicroReads::List {
  http::Exchange& exchange;  // until the pipe is there
  Answer answer;
  std::string domain;
  Question question;
  bool answered = false;
  std::shared_ptr<http::AnswerPipe> pipe;

  void give(const Fault& fault) {
    answered = true;
    answer(answer_of(fault));
  }

  void send(storage::Connection& connection) {
    if (answered) return;  // the session was lost in its middle: what has been sent cannot be sent again
    const auto site = storage::find_site(connection, domain);
    if (!site) return give(no_such_site);
    storage::MicroVisits visits(connection, *site, question.range, question.limit);
    auto first = visits.next();  // before the head, so that a failure can still be told
    answered = true;
    pipe = exchange.answer_in_pieces(micro_analytics::json({}));
    if (write_visits(*pipe, visits, std::move(first))) pipe->finish();
  }
};

MicroReads::MicroReads(storage::Pool& pool, metrics::Registry& registry)
    : pool_(pool), lists_(registry.gauge("picolytics_micro_lists_sending", "Lists of visits that µAnalytics' API is sending.")),
      refused_(registry.counter("picolytics_micro_lists_refused_total", "Lists of visits that were refused because others were being sent.")) {}

void MicroReads::report(Report report, const std::string& website, http::Exchange& exchange, const Answer& answer) {
  const auto parsed = micro_analytics::parse_question(exchange.request().query);
  if (const auto* fault = std::get_if<Fault>(&parsed)) return answer(answer_of(*fault));
  const auto domain = micro_analytics::site_of(website);
  if (!domain) return answer(answer_of(no_such_site));
  const auto& question = std::get<Question>(parsed);
  if (report != Report::visits) {
    const auto response = std::make_shared<http::Response>();
    const auto work = [=, domain = *domain](storage::Connection& connection) { *response = answer_to(report, connection, domain, question); };
    const auto done = [response, answer](const std::exception_ptr& failure) { answer(failure ? answer_of(unavailable) : std::move(*response)); };
    if (!pool_.run(work, done)) answer(answer_of(unavailable));
    return;
  }
  const auto list = std::make_shared<List>(List{exchange, answer, *domain, question, false, nullptr});
  const auto end = [this] {
    running_lists_.fetch_sub(1);
    lists_.Decrement();
  };
  lists_.Increment();
  if (running_lists_.fetch_add(1) >= max_lists) {
    refused_.Increment();
    end();
    return answer(answer_of(Fault{"InternalError", "others are reading lists of visits: try again", 503}));
  }
  const auto work = [list](storage::Connection& connection) { list->send(connection); };
  const auto done = [list, end](const std::exception_ptr& failure) {
    if (failure && !list->answered) list->give(unavailable);
    list->pipe.reset();  // cuts off what is not finished
    end();
  };
  if (pool_.run(work, done)) return;
  end();
  answer(answer_of(unavailable));
}

void MicroReads::remove(const std::string& website, const Answer& answer) {
  const auto domain = micro_analytics::site_of(website);
  if (!domain) return answer(answer_of(no_such_site));
  struct State {
    bool tried = false, answered = false;
  };
  const auto state = std::make_shared<State>();
  const auto work = [state, answer, domain = *domain](storage::Connection& connection) {
    if (!state->answered) {
      // A session that was lost in a first try may have taken the site with it.
      const bool again = std::exchange(state->tried, true);
      const auto removed = storage::begin_removal(connection, domain);
      state->answered = true;
      if (!removed && removed.error().code == Errc::unavailable) return answer(answer_of(Fault{"InternalError", removed.error().message, 503}));
      answer(removed || again ? http::Response::empty(200) : answer_of(no_such_site));
      if (!removed) return;
    }
    storage::continue_removals(connection);
  };
  const auto done = [state, answer](const std::exception_ptr& failure) {
    if (failure && !state->answered) answer(answer_of(unavailable));
  };
  if (!pool_.run(work, done)) answer(answer_of(unavailable));
}

}  // namespace pico::api
