#pragma once
#include <string_view>
#include <takeover_sql_files.hpp>

namespace pico::takeover {

/// The text of the embedded file `<name>.sql` (src/takeover/sql); named after the file that runs it.
inline std::string_view sql(std::string_view name) {
  return find_statement(sql_files::files(), name);
}

}  // namespace pico::takeover
