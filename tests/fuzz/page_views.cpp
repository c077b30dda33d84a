// The page-view counter's bodies and the dates in them.
#include "api/compat/javascript_date.hpp"
#include "api/compat/page_views_body.hpp"
#include "fuzz.hpp"
#include "pico/core/text.hpp"

using namespace pico;

namespace {

void check(const api::compat::PageViewsBody& body) {
  fuzz::require(body.refusal.has_value() ? body.counts.empty() : true, "a body that is refused counts nothing");
  for (const auto& count : body.counts) {
    fuzz::require(count.page.size() <= storage::max_page_bytes && !count.page.empty(), "pages are within their limit");
    fuzz::require(is_utf8(count.page) && count.page.find('\0') == std::string::npos, "pages are text for Postgres");
    fuzz::require(count.views >= 0, "views are not negative");
  }
  if (body.refusal) fuzz::require(is_utf8(body.refusal->body), "a refusal is UTF-8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  check(api::compat::parse_single("application/json", text));
  check(api::compat::parse_multi("application/json; charset=utf-8", text));
  check(api::compat::parse_single(text, text));
  (void)api::compat::parse_javascript_date(text);
  return 0;
}
