#include "sql.hpp"

#include <stats_sql_files.hpp>
#include <stdexcept>
#include <string>

namespace pico::stats {

std::string_view sql(std::string_view name) {
  for (const auto& file : sql_files::files()) {
    auto path = file.name;
    path.remove_prefix(path.rfind('/') + 1);
    if (path.substr(0, path.size() - std::string_view(".sql").size()) == name) return file.data;
  }
  throw std::logic_error("no embedded statement " + std::string(name));
}

}  // namespace pico::stats
