#include "shared_words.hpp"

#include <array>

#include "facts.hpp"
#include "short_locks.hpp"
#include "site_lock.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

using Ids = std::vector<std::int64_t>;

struct WordTable {
  std::string name, id;
  std::vector<std::string> facts;
};

constexpr std::size_t table_count = 5;

const std::array<WordTable, table_count>& word_tables() {
  static const std::array<WordTable, table_count> tables{{{"pico.devices", "device_id", {"pico.visits"}},
                                                          {"pico.locations", "location_id", {"pico.visits"}},
                                                          {"pico.screens", "screen_id", {"pico.visits"}},
                                                          {"pico.event_names", "name_id", {"pico.event_details", "pico.micro_visits"}},
                                                          {"pico.micro_labels", "label_id", {"pico.micro_visits"}}}};
  return tables;
}

Ids read_ids(const Rows& rows, std::size_t column = 0) {
  Ids ids;
  for (std::size_t i = 0; i < rows.size(); ++i) ids.push_back(rows.get<std::int64_t>(i, column));
  return ids;
}

std::array<Ids, table_count> condemned_words(Connection& connection) {
  std::array<Ids, table_count> ids;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& table = word_tables()[i];
    ids[i] = read_ids(connection.execute("select " + table.id + " from " + table.name + " where condemned"));
  }
  return ids;
}

bool any(const std::array<Ids, table_count>& words) {
  return std::any_of(words.begin(), words.end(), [](const Ids& ids) { return !ids.empty(); });
}

void clear_used_in_month(Connection& connection, Day month, const std::array<Ids, table_count>& condemned) {
  const auto rows = connection.execute(sql("shared_words.used_in_month"), month, condemned[0], condemned[1], condemned[2], condemned[3],
                                       condemned[4]);
  std::array<Ids, table_count> used;
  for (std::size_t i = 0; i < rows.size(); ++i) used[static_cast<std::size_t>(rows.get<int>(i, 0))].push_back(rows.get<std::int64_t>(i, 1));
  for (std::size_t i = 0; i < used.size(); ++i) {
    const auto& table = word_tables()[i];
    if (!used[i].empty())
      connection.execute("update " + table.name + " set condemned = false where " + table.id + " = any ($1::bigint[])", used[i]);
  }
}

}  // namespace

void condemn_words_of(Connection& connection, int site_id) {
  std::array<Ids, table_count> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& table = word_tables()[i];
    for (const auto& facts : table.facts) {
      const auto used = read_ids(connection.execute("select distinct " + table.id + " from " + facts + " where site_id = $1", site_id));
      words[i].insert(words[i].end(), used.begin(), used.end());
    }
  }
  if (!any(words)) return;
  with_short_locks(connection, [&] {
    lock_sites(connection);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto& table = word_tables()[i];
      connection.execute("update " + table.name + " set condemned = true where " + table.id + " = any ($1::bigint[])", words[i]);
    }
    connection.execute(sql("shared_words.next_generation"));
  });
}

std::size_t delete_unused_words(Connection& connection) {
  auto condemned = condemned_words(connection);
  const auto months = connection.execute(sql("partitions.months_before"), end_of_time);
  for (std::size_t i = months.size(); i-- > 0 && any(condemned);) {  // the newest are the most likely to use them
    clear_used_in_month(connection, months.get<Day>(i, 0), condemned);
    condemned = condemned_words(connection);
  }
  std::size_t deleted = 0;
  for (std::size_t i = 0; i < condemned.size(); ++i) {
    const auto& table = word_tables()[i];
    if (!condemned[i].empty()) deleted += connection.execute("delete from " + table.name + " where condemned").affected();
  }
  return deleted;
}

}  // namespace pico::storage
