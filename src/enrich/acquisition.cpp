#include "acquisition.hpp"

#include "channel.hpp"
#include "pico/core/text.hpp"

namespace pico::enrich {
namespace {

/// Auto-tagged search adverts have a click id and no medium: the id then stands for it.
std::string_view medium_of(const Campaign& campaign, const Source& source) {
  if (!campaign.medium.empty()) return campaign.medium;
  if (source.name == "Google" && campaign.click_id == "gclid") return "(gclid)";
  if (source.name == "Bing" && campaign.click_id == "msclkid") return "(msclkid)";
  return {};
}

}  // namespace

event::Acquisition AcquisitionReader::read(const event::Raw& raw) {
  const auto campaign = campaigns_.read(raw);
  read_referrer(raw.referrer, raw.hostname, raw.domain, referrer_);
  event::Acquisition acquisition;
  acquisition.channel = "Direct";
  if (campaign.empty() && referrer_.host.empty()) {
    // The common case: a page further on within the site. Content and term alone name no channel.
    acquisition.content = campaign.content;
    acquisition.term = campaign.term;
    return acquisition;
  }
  const auto source = campaign.tag.empty() ? sources_.of_host(referrer_.host) : sources_.of_tag(campaign.tag);
  const auto tag = to_lower_ascii(campaign.tag);
  const auto medium = to_lower_ascii(campaign.medium);
  const auto name = to_lower_ascii(campaign.campaign);
  acquisition.channel = channel_of({source, tag, medium, name, campaign.click_id, !tag.empty() && sources_.is_paid_tag(tag)});
  acquisition.referrer = referrer_.page;
  acquisition.source = source.name;
  acquisition.medium = medium_of(campaign, source);
  acquisition.campaign = campaign.campaign;
  acquisition.content = campaign.content;
  acquisition.term = campaign.term;
  acquisition.utm_source = campaign.tag;
  acquisition.click_id = campaign.click_id;
  return acquisition;
}

}  // namespace pico::enrich
