#pragma once
#include <array>
#include <string_view>

#include "pico/event/enriched.hpp"

/// What the traffic says, chosen to be misunderstood: blanks, letters beyond ASCII, characters that LIKE and regular expressions
/// take for their own, texts that differ by case only, texts that are the labels of blanks.
namespace pico::test::texts {

inline constexpr std::array<std::string_view, 18> paths{
    "/",          "/pricing",       "/Pricing", "/pricing/plans",  "/docs/100%_sure", "/docs/100x-sure", "/a.b*c+(d)[e]{f}|g^h$i\\j", "/über/uns", "/ÜBER/UNS",
    "/日本語/ページ", "/path with it's", "/\"q\"",  "/naïve?no,query", "/_",              "/%",              "/checkout/done",            "",          "/(not set)"};

inline constexpr std::array<std::string_view, 8> event_names{"signup", "Signup", "add to cart", "purchase_100%",
                                                             "größe",  "a|b",    "pageview",    "outbound: click"};

/// As the pipeline passes them on: a compact JSON object, or nothing.
inline constexpr std::array<std::string_view, 11> properties{
    "",
    "{}",
    R"({"plan":"pro"})",
    R"({"plan":"Pro","amount":12})",
    R"({"plan":"free","amount":12.5,"trial":true})",
    R"({"plan":"Größe_%","trial":false})",
    R"({"plan":""})",
    R"({"amount":-0.25})",
    R"({"amount":"12"})",
    R"({"a b":"c","it's \"q\"":"x","plan":"a\\b"})",
    R"j({"plan":"(none)","größe":"ä"})j",
};

inline constexpr std::array<event::Acquisition, 11> acquisitions{{
    {.referrer = "", .channel = "Direct", .source = ""},
    {.referrer = "", .channel = "Direct", .source = ""},
    {.referrer = "google.com", .channel = "Organic Search", .source = "Google"},
    {.referrer = "bing.com", .channel = "Organic Search", .source = "Bing"},
    {.referrer = "news.ycombinator.com/item", .channel = "Organic Social", .source = "Hacker News"},
    {.referrer = "example.org/a_b%c", .channel = "Referral", .source = "example.org"},
    {.referrer = "", .channel = "Email", .source = "newsletter", .medium = "email", .campaign = "Frühling_50%", .content = "A", .term = "",
     .utm_source = "newsletter"},
    {.referrer = "", .channel = "Paid Search", .source = "Google", .medium = "cpc", .campaign = "(not set)", .content = "b|c", .term = "größe 42",
     .utm_source = "google", .click_id = "gclid"},
    {.referrer = "", .channel = "Paid Social", .source = "Facebook", .medium = "CPC", .campaign = "frühling_50%", .content = "", .term = "x.y",
     .utm_source = "Facebook"},
    {.referrer = "blog.example.org", .channel = "Referral", .source = "blog.example.org", .medium = "", .campaign = "launch"},
    {.referrer = "", .channel = "Unassigned", .source = "Direct / None", .utm_source = "Direct / None"},
}};

inline constexpr std::array<event::Device, 6> devices{{
    {"Chrome", "129", "Windows", "10", "Desktop", "Desktop"},
    {"Chrome", "130", "Android", "14", "Phone", "Phone"},
    {"Safari", "18.1", "iOS", "18", "Phone", "Phone"},
    {"Firefox", "129", "Linux", "", "Desktop", "Desktop"},
    {"Safari", "17", "MacOSX", "14.5", "Desktop", "Desktop"},
    {"", "", "", "", "", ""},
}};

inline constexpr std::array<event::Location, 7> locations{{
    {"DE", "Bavaria", "Munich", 48.1F, 11.6F},
    {"DE", "North Rhine-Westphalia", "Köln", 50.9F, 6.9F},
    {"US", "New York", "New York", 40.7F, -74.0F},
    {"US", "", "", 37.7F, -97.8F},
    {"IN", "Karnataka", "Bengaluru", 12.9F, 77.6F},
    {"NZ", "Auckland", "Auckland", -36.8F, 174.7F},
    {"", "", "", 0, 0},
}};

inline constexpr std::array<event::Screen, 6> screens{{
    {1920, 1080, 24, 1, "Europe/Berlin", "de-DE"},
    {1920, 1080, 24, 2, "Europe/Berlin", "en-US"},
    {390, 844, 24, 3, "America/New_York", "en-US"},
    {0, 0, 0, 0, "", ""},
    {0, 1080, 24, 1, "UTC", "fr"},
    {1366, 768, 24, 1, "Asia/Kolkata", "हि"},
}};

}  // namespace pico::test::texts
