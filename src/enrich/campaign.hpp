#pragma once
#include <array>
#include <string>
#include <string_view>

#include "pico/event/raw.hpp"

namespace pico::enrich {

/// How the page's address was tagged.
struct Campaign {
  std::string_view tag;  ///< the first of utm_source, source and ref that is not empty
  std::string_view medium, campaign, content, term;
  std::string_view click_id;  ///< name of the first click id, never its value

  [[nodiscard]] bool empty() const { return tag.empty() && medium.empty() && campaign.empty() && click_id.empty(); }
};

/// Reads the tags out of an event: its own fields, else the query of its page. One thread (it owns scratch memory).
class CampaignReader {
 public:
  /// The views live until the next call, and no longer than `raw`.
  Campaign read(const event::Raw& raw);

 private:
  std::array<std::string, 7> decoded_;  // one for each parameter that is decoded
};

}  // namespace pico::enrich
