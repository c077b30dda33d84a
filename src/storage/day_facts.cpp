#include "pico/storage/day_facts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "binary_result.hpp"
#include "native_connection.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

using RowReader = std::function<void(Fields&)>;

/// The binary parameters of the statements about facts.
std::vector<std::string> parameters_of(const FactScope& scope) {
  std::vector<std::string> out(2);
  binary::append_number(out[0], scope.site);
  binary::append_number(out[1], static_cast<std::int32_t>((scope.day - binary::postgres_epoch).count()));
  if (scope.visitors) out.push_back(binary::array(*scope.visitors, [](std::int64_t visitor) { return visitor; }));
  return out;
}

PgResult check(Connection& connection, PGresult* answer, ExecStatusType expected) {
  PgResult result(answer, &PQclear);
  if (PQresultStatus(result.get()) != expected) expect_status(connection, result.release(), expected);
  return result;
}

PgResult execute(Connection& connection, const std::string& statement, const std::vector<std::string>& parameters,
                 ExecStatusType expected) {
  const BinaryParameters sent(parameters);
  return check(connection,
               PQexecParams(native_connection(connection), statement.c_str(), sent.count(), nullptr, sent.values.data(),
                            sent.lengths.data(), sent.formats.data(), 1),
               expected);
}

void read_rows(const PgResult& result, const RowReader& reader) {
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    Fields fields(result, row);
    reader(fields);
  }
}

/// Takes the rest of an answer off the session, so that it can be used again when a reader has thrown.
struct Drain {
  PGconn* native;
  ~Drain() {
    while (PGresult* rest = PQgetResult(native)) PQclear(rest);
  }
};

/// A statement whose answer is too large to be held: a cursor, of which Postgres fetches the next rows while these are read.
void stream(Connection& connection, std::string_view statement, const std::vector<std::string>& parameters,
            const RowReader& reader) {
  static constexpr auto fetch = "fetch 8192 from day_facts";
  // A plan for all rows, not for the first few.
  connection.execute("select set_config('cursor_tuple_fraction', '1', true)");
  execute(connection, "declare day_facts no scroll cursor for " + std::string(statement), parameters, PGRES_COMMAND_OK);
  PGconn* native = native_connection(connection);
  {
    const Drain drain{native};
    const auto send = [&] { PQsendQueryParams(native, fetch, 0, nullptr, nullptr, nullptr, nullptr, 1); };
    const auto receive = [&] {
      auto rows = check(connection, PQgetResult(native), PGRES_TUPLES_OK);
      while (PGresult* rest = PQgetResult(native)) PQclear(rest);
      return rows;
    };
    send();
    for (auto rows = receive(); PQntuples(rows.get()) > 0; rows = receive()) {
      send();
      read_rows(rows, reader);
    }
  }
  connection.execute("close day_facts");
}

/// Rows with a moment. name: of the statement about the whole day; the one about some visitors is `<name>_of`.
void read_facts(Connection& connection, const std::string& name, const FactScope& scope, const RowReader& reader) {
  if (!scope.visitors) return stream(connection, sql("day_facts." + name), parameters_of(scope), reader);
  const std::string statement(sql("day_facts." + name + "_of"));
  for (const auto& span : scope.times) {
    auto parameters = parameters_of(scope);
    for (const auto at : {span.first, span.last}) binary::append_number(parameters.emplace_back(), binary::microseconds(at));
    read_rows(execute(connection, statement, parameters, PGRES_TUPLES_OK), reader);
  }
}

struct WordStatement {
  const char* name;
  bool of_site;
};

/// In the order of WordKind.
constexpr std::array<WordStatement, 6> word_statements{{{"page_words", true},
                                                        {"acquisition_words", true},
                                                        {"device_words", false},
                                                        {"location_words", false},
                                                        {"screen_words", false},
                                                        {"event_name_words", false}}};

void read_word_rows(const Rows& rows, const WordReader& reader) {
  std::vector<std::string_view> texts(rows.columns() - 1);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = rows.text(row, i + 1);
    reader(rows.get<std::int64_t>(row, 0), texts);
  }
}

}  // namespace

void read_visits(Connection& connection, const FactScope& scope, const VisitReader& reader) {
  const auto read = [&](Fields& fields) {
    VisitFact visit;
    visit.visit_id = fields.int8();
    visit.started_at = fields.instant();
    visit.last_at = fields.instant();
    for (auto* word : {&visit.entry_page, &visit.exit_page, &visit.acquisition, &visit.device, &visit.location, &visit.screen}) {
      *word = fields.int8();
    }
    visit.pageviews = fields.int4();
    visit.flags = fields.int2();
    reader(visit);
  };
  if (!scope.visitors) return stream(connection, sql("day_facts.visits"), parameters_of(scope), read);
  read_rows(execute(connection, std::string(sql("day_facts.visits_of")), parameters_of(scope), PGRES_TUPLES_OK), read);
}

void read_events(Connection& connection, const FactScope& scope, const EventReader& reader) {
  for (const bool custom : {false, true}) {
    read_facts(connection, custom ? "details" : "pageviews", scope, [&](Fields& fields) {
      EventFact event;
      event.visit_id = fields.int8();
      event.at = fields.instant();
      event.page = fields.int8();
      event.custom = custom;
      if (custom) event.name = fields.int8();
      reader(event);
    });
  }
}

void read_engagement(Connection& connection, const FactScope& scope, const EngagementReader& reader) {
  read_facts(connection, "engagement", scope, [&](Fields& fields) {
    EngagementFact engagement;
    engagement.visit_id = fields.int8();
    engagement.at = fields.instant();
    engagement.page = fields.int8();
    engagement.engaged_ms = fields.int4();
    engagement.scroll = fields.int2();
    reader(engagement);
  });
}

void read_words(Connection& connection, WordKind kind, SiteId site, std::span<const WordId> ids, const WordReader& reader) {
  static constexpr std::size_t at_once = 50'000;
  const auto& statement = word_statements.at(static_cast<std::size_t>(kind));
  const auto text = sql(std::string("day_facts.") + statement.name);
  for (; !ids.empty(); ids = ids.subspan(std::min(at_once, ids.size()))) {
    const auto some = ids.first(std::min(at_once, ids.size()));
    read_word_rows(statement.of_site ? connection.execute(text, site, some) : connection.execute(text, some), reader);
  }
}

}  // namespace pico::storage
