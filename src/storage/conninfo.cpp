#include "conninfo.hpp"

#include <libpq-fe.h>

#include <memory>

namespace pico::storage {

Result<std::map<std::string, std::string>> parse_conninfo(const std::string& conninfo) {
  char* reason = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(conninfo.c_str(), &reason),
                                                                            &PQconninfoFree);
  PQfreemem(reason);
  if (!parsed) return Error{Errc::invalid, "the Postgres connection string is malformed"};
  std::map<std::string, std::string> values;
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) values[option->keyword] = option->val;
  }
  return values;
}

std::string format_conninfo(const std::map<std::string, std::string>& values) {
  std::string out;
  for (const auto& [key, value] : values) {
    out += key + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
    out += "' ";
  }
  return out;
}

}  // namespace pico::storage
