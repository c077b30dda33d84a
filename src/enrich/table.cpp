#include "table.hpp"

#include <algorithm>
#include <cassert>

#include "enrich_data.hpp"
#include "enrich_generated.hpp"

namespace pico::enrich {

std::string_view embedded_table(std::string_view name) {
  for (const auto files : {data::files(), generated::files()}) {
    const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
    if (found != files.end()) return found->data;
  }
  assert(false && "no such table is embedded");
  return {};
}

}  // namespace pico::enrich
