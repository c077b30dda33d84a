// User-Agents: rules, bots, versions. The text is cleaned and cut as validation does it.
#include "user_agent.hpp"

#include "bot.hpp"
#include "clean.hpp"

using namespace pico;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const enrich::UserAgentParser parser;
  static const enrich::BotDetector bots(true);
  const auto user_agent = clean_text(fuzz::text_of(data, size), event::limits::user_agent);
  const auto reason = bots.classify(user_agent);
  for (const auto& profile : {parser.parse(user_agent), enrich::bot_profile(user_agent, reason)}) {
    const auto device = profile.device();
    for (const auto text : {device.browser, device.browser_version, device.os, device.os_version, device.platform, device.device_type}) {
      fuzz::require_clean(text, event::limits::word);
      fuzz::require(!text.empty(), "nothing of a device is blank");
    }
  }
  fuzz::require(parser.names() <= enrich::Names::limit, "the names are bounded");
  return 0;
}
