// The bodies of µAnalytics' inserting requests, in pieces as they come, and the times and names in them.
#include "api/compat/micro_analytics/item_reader.hpp"
#include "api/compat/micro_analytics/names.hpp"
#include "api/compat/micro_analytics/platform.hpp"
#include "api/compat/micro_analytics/time_format.hpp"
#include "fuzz.hpp"
#include "pico/core/text.hpp"
#include "pico/enrich/caller.hpp"
#include "pico/event/limits.hpp"

using namespace pico;
namespace micro = pico::api::micro_analytics;

namespace {

void check_names(const micro::Item& item) {
  if (const auto site = micro::site_of(item.website))
    fuzz::require(!site->empty() && site->size() <= event::limits::domain && site->find("..") == std::string::npos, "a site's name is one");
  fuzz::require(is_clean_text(micro::referer_domain(item.referer), event::limits::word), "a referer's domain is text for Postgres");
  fuzz::require(is_clean_text(enrich::caller_of(item.ip).text, 64), "so is a caller");
  fuzz::require(micro::country_of(item.country_code).size() <= 2, "a country is a code");
  (void)micro::platform_of(item.user_agent);
  if (const auto at = micro::parse_time(item.time))
    fuzz::require(micro::parse_time(micro::format_time(*at)) == std::chrono::floor<std::chrono::seconds>(*at), "a time is read as it is printed");
}

struct Outcome {
  std::vector<std::string> events;
  bool fault = false;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view text, micro::BodyForm form, std::size_t piece) {
  Outcome out;
  const auto next = [&] {
    const auto part = text.substr(0, piece);
    text.remove_prefix(part.size());
    return part;
  };
  const auto take = [&](micro::Item& item) {
    check_names(item);
    out.events.push_back(item.event);
    return true;
  };
  const auto fault = micro::read_items(next, form, take, {.item_bytes = 64 * 1024, .depth = 16});
  if (fault) fuzz::require(fault->code == "InvalidJSON" && is_utf8(fault->message), "a fault has its code");
  out.fault = fault.has_value();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  for (const auto form : {micro::BodyForm::item, micro::BodyForm::list}) {
    const auto whole = read(text, form, text.size() + 1);
    fuzz::require(whole == read(text, form, 3), "where a body is cut makes no difference");
    fuzz::require(form == micro::BodyForm::list || whole.events.size() <= 1, "a visit is one");
  }
  (void)micro::parse_time(text);
  return 0;
}
