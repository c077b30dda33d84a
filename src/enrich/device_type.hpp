#pragma once
#include <re2/re2.h>
#include <string_view>

namespace pico::enrich {

/// What the words of a User-Agent tell beyond uap-core's rules, which know neither consoles nor kinds of device.
/// Immutable after construction, thread-safe.
class DeviceWords {
 public:
  DeviceWords();

  /// `Playstation`, `Xbox`, `Nintendo`, or empty.
  [[nodiscard]] std::string_view console(std::string_view user_agent) const;
  /// `Computer`, `Tablet`, `Phone`, `Console`, `Wearable`, `TV` or `Unknown`. `os` is one of our names
  /// (data/operating_systems.tsv).
  [[nodiscard]] std::string_view type(std::string_view user_agent, std::string_view os) const;

 private:
  RE2 console_, tv_, wearable_, tablet_, mobile_;
};

}  // namespace pico::enrich
