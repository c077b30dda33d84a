// URLs, referrers, campaign tags and click ids: from what a browser sent to what is stored of where a visit came from.
#include "acquisition.hpp"

#include "clean.hpp"
#include "pico/core/url.hpp"
#include "validation.hpp"

using namespace pico;

namespace {

bool within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void parse(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return;
  for (const auto part : {url->scheme, url->host, url->port, url->path, url->query, url->fragment})
    fuzz::require(within(part, text), "the parts of a URL are views into it");
  fuzz::require(!url->scheme.empty() && !url->host.empty(), "a URL has a scheme and a host");
  fuzz::require(url->host.find_first_of(" /?#@\\<>\"\r\n\t") == std::string_view::npos, "a host has no character that ends one");
  const auto host = normalise_host(url->host);
  fuzz::require(normalise_host(host).size() <= host.size(), "normalising makes nothing longer");
  fuzz::require(percent_decode(url->path).size() <= url->path.size(), "decoding makes nothing longer");
  (void)query_value(url->query, "utm_source");
}

}  // namespace

/// Lines: the page's URL, the referrer, and the campaign fields that the tracker may send apart.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ingest::Options options;
  options.valid_event_names = {"load"};
  static const ingest::Validation validation(options);
  static const enrich::Sources sources;
  static enrich::AcquisitionReader reader(sources);

  fuzz::Lines input(fuzz::text_of(data, size));
  ingest::WireEvent wire;
  wire.name = "load";
  wire.url = input.next();
  wire.referrer = input.next();
  for (auto* field : {&wire.utm_source, &wire.utm_medium, &wire.utm_campaign, &wire.utm_content, &wire.utm_term}) *field = input.next();
  parse(wire.url);
  parse(wire.referrer);
  const auto result = validation.validate(wire, {});
  if (const auto* raw = std::get_if<event::Raw>(&result)) {
    const auto acquisition = reader.read(*raw);
    fuzz::require_clean(acquisition);
    fuzz::require(!acquisition.channel.empty(), "every visit has a channel");
  }
  return 0;
}
