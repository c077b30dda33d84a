#include "pico/event/kind.hpp"

#include <algorithm>
#include <array>

namespace pico::event {
namespace {

struct Name {
  Kind kind;
  std::string_view name;
};

constexpr std::array<Name, 8> names{{{Kind::load, "load"},
                                     {Kind::visible, "visible"},
                                     {Kind::hidden, "hidden"},
                                     {Kind::hashchange, "hashchange"},
                                     {Kind::popstate, "popstate"},
                                     {Kind::pushstate, "pushstate"},
                                     {Kind::ping, "ping"},
                                     {Kind::engagement, "engagement"}}};

}  // namespace

std::optional<Kind> kind_of(std::string_view name) {
  const auto* found = std::ranges::find(names, name, &Name::name);
  if (found == names.end()) return std::nullopt;
  return found->kind;
}

std::string_view name_of(Kind kind) {
  if (kind == Kind::visit) return "visit";  // has a name, but none that a client may send
  const auto* found = std::ranges::find(names, kind, &Name::kind);
  return found == names.end() ? std::string_view{} : found->name;
}

}  // namespace pico::event
