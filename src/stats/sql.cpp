#include "sql.hpp"

#include <stats_sql_files.hpp>

namespace pico::stats {

std::string_view sql(std::string_view name) {
  return find_statement(sql_files::files(), name);
}

}  // namespace pico::stats
