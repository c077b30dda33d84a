#pragma once
#include <string_view>

namespace pico::storage {

/// The text of the embedded file `<name>.sql` (src/storage/sql, src/storage/ingest/sql); named after the function that runs it.
std::string_view sql(std::string_view name);

}  // namespace pico::storage
