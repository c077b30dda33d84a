#include "source.hpp"

#include <algorithm>

#include "pico/core/text.hpp"
#include "table.hpp"

namespace pico::enrich {
namespace {

Category category_of(std::string_view text) {
  if (text == "search") return Category::search;
  if (text == "social") return Category::social;
  if (text == "video") return Category::video;
  if (text == "shopping") return Category::shopping;
  if (text == "email") return Category::email;
  if (text == "ai") return Category::ai;
  return Category::none;
}

bool says_paid(std::string_view alias) {
  return alias.ends_with("ads") || alias.ends_with("ad") || alias == "adwords";
}

}  // namespace

Sources::Sources() {
  // What is first stays, so our own table stands before the generated one.
  for_each_row<4>(embedded_table("sources.tsv"), [this](const auto& row) {
    const Source source{row[0], category_of(row[1])};
    for (auto hosts = row[2]; !hosts.empty();) hosts_.try_emplace(take_until(hosts, ','), source);
    for (auto aliases = row[3]; !aliases.empty();) {
      const auto alias = take_until(aliases, ',');
      add_alias(alias, source);
      if (says_paid(alias)) paid_tags_.insert(alias);
    }
    add_alias(source.name, source);
  });
  for_each_row<3>(embedded_table("referrer_hosts.tsv"), [this](const auto& row) {
    // A name that our table has keeps our category there: `Youtube` is video, and `Twitter` goes by its present name.
    const Source generated{row[1], category_of(row[2])};
    const auto ours = aliases_.find(to_lower_ascii(generated.name));
    hosts_.try_emplace(row[0], ours == aliases_.end() ? generated : ours->second);
    if (generated.name != row[0]) add_alias(generated.name, generated);
  });
}

void Sources::add_alias(std::string_view alias, const Source& source) {
  auto lower = to_lower_ascii(alias);
  if (aliases_.contains(lower)) return;
  aliases_.emplace(lower_aliases_.emplace_back(std::move(lower)), source);
}

const Source* Sources::known_host(std::string_view host) const {
  while (true) {
    if (const auto found = hosts_.find(host); found != hosts_.end()) return &found->second;
    const auto dot = host.find('.');
    if (dot == std::string_view::npos) return nullptr;
    host.remove_prefix(dot + 1);
  }
}

Source Sources::of_host(std::string_view host) const {
  // An app's id reads the other way round and has no sub-domains.
  if (host.starts_with("android-app://")) {
    const auto found = hosts_.find(host);
    return found == hosts_.end() ? Source{host} : found->second;
  }
  const auto* known = known_host(host);
  return known ? *known : Source{host};
}

Source Sources::of_tag(std::string_view tag) const {
  const auto lower = to_lower_ascii(trim(tag));
  if (const auto found = aliases_.find(lower); found != aliases_.end()) return found->second;
  if (lower.find('.') != std::string::npos) {
    const std::string_view host = lower;
    if (const auto* known = known_host(host.starts_with("www.") ? host.substr(4) : host)) return *known;
  }
  return {tag};
}

bool Sources::is_paid_tag(std::string_view lower_tag) const {
  return paid_tags_.contains(lower_tag);
}

}  // namespace pico::enrich
