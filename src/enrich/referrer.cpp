#include "referrer.hpp"

#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/event/limits.hpp"

namespace pico::enrich {
namespace {

std::string_view without_www(std::string_view host) {
  return host.starts_with("www.") ? host.substr(4) : host;
}

}  // namespace

void read_referrer(std::string_view referrer, std::string_view page_host, std::string_view site, Referrer& out) {
  out.host.clear();
  out.page.clear();
  if (referrer.empty()) return;
  const auto url = parse_url(referrer);
  if (!url || url->host.empty()) return;
  const bool app = equals_ignore_case(url->scheme, "android-app");
  if (!app && !equals_ignore_case(url->scheme, "https") && !equals_ignore_case(url->scheme, "http")) return;

  auto host = normalise_host(url->host);
  if (host.empty() || host == "localhost" || host == without_www(page_host) || host == site) return;
  if (app) out.host = "android-app://";
  out.host += host;
  out.page = out.host;
  auto path = url->path;
  while (path.ends_with('/')) path.remove_suffix(1);
  out.page += path;
  if (!is_clean_text(out.page, event::limits::referrer)) out.page = clean_text(out.page, event::limits::referrer);
}

}  // namespace pico::enrich
