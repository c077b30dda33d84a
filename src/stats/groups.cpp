#include "groups.hpp"

namespace pico::stats {

GroupList GroupList::of(Groups groups) {
  const auto kept = std::make_shared<const Groups>(std::move(groups));
  GroupList list;
  list.owners.push_back(kept);
  list.entries.reserve(kept->size());
  for (const auto& [key, figures] : *kept) list.entries.push_back({{key[0], key[1]}, figures});
  return list;
}

GroupList GroupList::of(std::shared_ptr<const Table> large, Table small) {
  const auto kept = std::make_shared<const Table>(std::move(small));
  GroupList list;
  list.owners = {large, kept};
  list.entries.reserve(large->size() + kept->size());
  const auto add = [&](std::string_view value, const Figures& figures) -> Figures& {
    return list.entries.emplace_back(Entry{{value, {}}, figures}).figures;
  };
  for (const auto& [value, figures] : *large) {
    auto& sum = add(value, figures);
    if (const auto also = kept->find(value); also != kept->end()) sum += also->second;
  }
  for (const auto& [value, figures] : *kept) {
    if (large->find(value) == large->end()) add(value, figures);
  }
  return list;
}

}  // namespace pico::stats
