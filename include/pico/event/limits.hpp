#pragma once
#include <cstddef>

/// Longest texts kept of an event, in bytes of UTF-8; longer ones are cut at a character border.
namespace pico::event::limits {

inline constexpr std::size_t domain = 253;
inline constexpr std::size_t url = 2048;
inline constexpr std::size_t path = 1024;
inline constexpr std::size_t referrer = 1024;
inline constexpr std::size_t word = 255;  ///< UTM values, time zone, language, versions, …
inline constexpr std::size_t event_name = 120;
inline constexpr std::size_t properties = 4096;  ///< compact JSON text; larger is refused
inline constexpr std::size_t property_count = 30;
inline constexpr std::size_t user_agent = 512;

}  // namespace pico::event::limits
