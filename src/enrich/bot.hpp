#pragma once
#include <string_view>

#include "pico/event/enriched.hpp"
#include "profile.hpp"
#include "rule_set.hpp"

namespace pico::enrich {

/// Tells machines from people by their User-Agent: the crawler list's rules, the original picolytics' words, and the words of
/// headless and driven browsers. Immutable after construction, thread-safe.
class BotDetector {
 public:
  /// Without `crawler_rules` only the words count.
  explicit BotDetector(bool crawler_rules);

  [[nodiscard]] event::Bot classify(std::string_view user_agent) const;

 private:
  RuleSet crawlers_;
};

/// What is kept of a bot's User-Agent: the original picolytics' name of it (`GoogleBot`, else `Bot`) as a computer without
/// versions.
Profile bot_profile(std::string_view user_agent, event::Bot reason);

}  // namespace pico::enrich
