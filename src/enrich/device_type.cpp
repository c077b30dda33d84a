#include "device_type.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace pico::enrich {
namespace {

RE2::Options word_options() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_case_sensitive(false);
  options.set_max_mem(256 << 10);
  return options;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> values) {
  return std::ranges::find(values, text) != values.end();
}

bool found(const RE2& words, std::string_view user_agent) {
  return RE2::PartialMatch(re2::StringPiece(user_agent.data(), user_agent.size()), words);
}

}  // namespace

DeviceWords::DeviceWords()
    : console_("(playstation|xbox|nintendo)", word_options()),
      tv_("smart-?_? ?tv|hbbtv|google ?tv|android ?tv|apple ?tv|appletv|tvos|netcast|web0s|webos\\.tv|viera|bravia|roku|crkey|"
          "\\baft[a-z]{1,5}\\b|philipstv|nettv|vizio|tizen.{0,40}\\btv\\b|linux/smarttv|\\btv safari\\b|opera tv",
          word_options()),
      wearable_(
          "\\bwatch(os)?\\b|apple ?watch|wear ?os|\\bsm-r[0-9]{3}|\\bsm-v[0-9]{3}|oculusbrowser|\\bquest [0-9]|glass 1|visionos",
          word_options()),
      tablet_("tablet|ipad|playbook|kindle|\\bkf[a-z]{2,6}\\b|silk/|\\bsm-[tx][0-9]{3}|xoom|nexus (7|9|10)\\b", word_options()),
      mobile_("mobi|iphone|ipod|phone|opera mini|symb|midp|blackberry|bb10", word_options()) {}

std::string_view DeviceWords::console(std::string_view user_agent) const {
  re2::StringPiece word;
  if (!RE2::PartialMatch(re2::StringPiece(user_agent.data(), user_agent.size()), console_, &word)) return {};
  const char first = static_cast<char>(word[0] | 0x20);
  return first == 'p' ? "Playstation" : first == 'x' ? "Xbox" : "Nintendo";
}

std::string_view DeviceWords::type(std::string_view user_agent, std::string_view os) const {
  if (is_one_of(os, {"Playstation", "Xbox", "Nintendo"})) return "Console";
  if (found(tv_, user_agent) || is_one_of(os, {"tvOS", "Chromecast", "WebOS", "GoogleTV", "WebTV", "Roku"})) return "TV";
  if (found(wearable_, user_agent) || os == "WatchOS") return "Wearable";
  // A Windows tablet and a touch laptop say the same words, and a desktop's Safari on an iPad says it is a Mac.
  if (is_one_of(os, {"Windows", "MacOSX", "ChromeOS"})) return "Computer";
  if (found(tablet_, user_agent)) return "Tablet";
  if (found(mobile_, user_agent) || is_one_of(os, {"WindowsPhone", "Blackberry", "KaiOS", "iOS"})) return "Phone";
  // Android's own convention: a browser that is not "Mobile" runs on a tablet.
  if (os == "Android") return "Tablet";
  if (is_one_of(os, {"Linux", "FreeBSD", "OpenBSD", "NetBSD", "BSD", "Solaris", "SerenityOS"})) return "Computer";
  return "Unknown";
}

}  // namespace pico::enrich
