#pragma once
#include <string_view>

#include "source.hpp"

namespace pico::enrich {

/// What a channel follows from. The texts are lower-case.
struct ChannelInput {
  Source source;  ///< its name as displayed
  std::string_view tag, medium, campaign;
  std::string_view click_id;
  bool paid_tag = false;
};

/// The acquisition channel, like Google Analytics 4's default groups: the first rule that fits, `Direct` when none does.
std::string_view channel_of(const ChannelInput& input);

}  // namespace pico::enrich
