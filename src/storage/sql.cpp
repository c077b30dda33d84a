#include "sql.hpp"

#include "sql_files.hpp"

namespace pico::storage {

std::string_view sql(std::string_view name) {
  return find_statement(sql_files::files(), name);
}

}  // namespace pico::storage
