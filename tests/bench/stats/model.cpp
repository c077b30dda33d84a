#include "bench/stats/model.hpp"

#include <fmt/format.h>

#include <cmath>

namespace pico::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::size_t all_pages = 40'000, site_count = 20;
constexpr double large_share = 0.5, customs_per_visit = 0.15;
constexpr double events_per_visit = 3 + customs_per_visit;
constexpr std::size_t sources = 160, browsers = 12, versions = 8, countries = 60, cities = 12, sizes = 40, languages = 12;

/// SplitMix64.
struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    auto value = state += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }
  double real() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
};

}  // namespace

Zipf::Zipf(std::size_t n) : cells_(n) {
  std::vector<double> weight(n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += weight[i] = 1.0 / static_cast<double>(i + 1);
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < n; ++i) (((weight[i] *= static_cast<double>(n) / sum) < 1) ? small : large).push_back(i);
  while (!small.empty() && !large.empty()) {
    const auto low = small.back(), high = large.back();
    small.pop_back();
    cells_[low] = {static_cast<float>(weight[low]), high};
    weight[high] -= 1 - weight[low];
    if (weight[high] < 1) large.pop_back(), small.push_back(high);
  }
  for (const auto i : small) cells_[i] = {1.0F, i};
  for (const auto i : large) cells_[i] = {1.0F, i};
}

std::uint32_t Zipf::draw(std::uint64_t random) const {
  const auto cell = static_cast<std::uint32_t>((random >> 32) * cells_.size() >> 32);
  const auto coin = static_cast<float>(random & 0xffffff) / static_cast<float>(0x1000000);
  return coin < cells_[cell].first ? cell : cells_[cell].second;
}

std::string_view Model::keep(std::string text) {
  texts_.push_back(std::make_unique<std::string>(std::move(text)));
  return *texts_.back();
}

Model::Model(ModelOptions options)
    : options_(options), acquisition_(sources), device_(browsers * versions), location_(countries * cities), screen_(sizes * languages) {
  constexpr std::array zones{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"};
  for (std::size_t i = 0; i < site_count; ++i) {
    const auto pages = i == 0 ? all_pages / 2 : all_pages / 2 / (site_count - 1);
    sites_.push_back({fmt::format("site-{}.example", i), *TimeZone::find(zones[i % zones.size()]),
                      i == 0 ? large_share : (1 - large_share) / (site_count - 1), pages, Zipf(pages)});
  }
  constexpr std::array channels{"Organic Search", "Referral", "Organic Social", "Email", "Paid Search"};
  acquisitions_.push_back({.referrer = "", .channel = "Direct", .source = ""});
  for (std::size_t i = 1; i < sources; ++i) {
    const auto source = keep(fmt::format("source-{}.example", i));
    event::Acquisition one{.referrer = source, .channel = channels[i % channels.size()], .source = source};
    if (i % 4 == 0) one.medium = "cpc", one.campaign = keep(fmt::format("campaign-{}", i)), one.utm_source = source;
    acquisitions_.push_back(one);
  }
  for (std::size_t i = 0; i < browsers * versions; ++i) {
    const bool phone = i % 5 < 2;
    devices_.push_back({keep(fmt::format("Browser {}", i % browsers)), keep(std::to_string(100 + i / browsers)),
                        phone ? "Android" : i % 3 == 0 ? "Mac" : "Windows", keep(std::to_string(8 + i % 6)), phone ? "Phone" : "Desktop",
                        phone ? "Phone" : "Desktop"});
  }
  for (std::size_t i = 0; i < countries * cities; ++i) {
    const auto country = i % countries;
    const std::string code{static_cast<char>('A' + country / 26), static_cast<char>('A' + country % 26)};
    locations_.push_back({keep(code), keep(fmt::format("Region {}-{}", code, i / countries % 4)), keep(fmt::format("City {}", i)), 48.1F,
                          static_cast<float>(country)});
  }
  for (std::size_t i = 0; i < sizes * languages; ++i) {
    screens_.push_back({static_cast<std::int32_t>(360 + 40 * (i % sizes)), static_cast<std::int32_t>(640 + 10 * (i % sizes)), 24,
                        i % 2 == 0 ? 1.0F : 2.0F, "Europe/Berlin", keep(fmt::format("l{}", i / sizes))});
  }
}

std::string Model::path(std::size_t page) {
  return fmt::format("/section-{}/article-{}", page % 37, page);
}

const std::vector<std::string>& Model::names() {
  static const std::vector<std::string> list{"signup", "download", "outbound: click", "purchase"};
  return list;
}

std::vector<MadeVisit> Model::visits(std::uint32_t number, Day day) const {
  const auto& site = sites_[number];
  const auto begin = site.zone.day_start(day);
  const auto end = std::min(site.zone.day_start(day + std::chrono::days(1)), present);
  if (end <= begin) return {};
  const auto in_day = day == last_day ? static_cast<double>(options_.today)
                                      : static_cast<double>(options_.events - options_.today) / (days_in_all - 1);
  const auto count = std::llround(in_day * site.share / events_per_visit);
  Random random{(static_cast<std::uint64_t>(day.time_since_epoch().count()) << 20) + number};
  const auto length = static_cast<double>((end - begin).count());
  std::vector<MadeVisit> visits;
  std::vector<bool> came_again;
  visits.reserve(static_cast<std::size_t>(count));
  for (long long i = 0; i < count; ++i) {
    MadeVisit visit{.site = number, .day = day};
    auto at = begin + milliseconds(static_cast<std::int64_t>(length * (random.real() + random.real()) / 2));  // busiest at noon
    visit.visitor = random.next() & ~std::uint64_t{1023};
    if (random.below(100) < 8 && !visits.empty()) {  // somebody comes again
      const auto which = random.below(visits.size());
      const auto& before = visits[which];
      const auto again = before.events.back().at + 40min;
      if (before.ordinal == 0 && !came_again[which] && again + 2h < end) {
        came_again[which] = true;
        at = again;
        visit.visitor = before.visitor;
        visit.ordinal = 1;
      }
    }
    if (random.below(100) < 3) visit.bot = event::Bot::crawler;
    visit.acquisition = acquisition_.draw(random.next());
    visit.device = device_.draw(random.next());
    visit.location = location_.draw(random.next());
    visit.screen = screen_.draw(random.next());
    auto page = site.page.draw(random.next());
    visit.events.push_back({at, false, page, 0});
    const auto more = [&] { return visit.events.size() < 30 && random.below(3) < 2; };  // three pageviews on average
    const bool custom = random.real() < customs_per_visit;
    while (more()) {
      at += milliseconds(1000 + random.below(80'000));
      page = site.page.draw(random.next());
      visit.events.push_back({at, false, page, 0});
    }
    if (custom) visit.events.push_back({at += milliseconds(500 + random.below(20'000)), true, page, static_cast<std::uint32_t>(random.below(4))});
    while (!visit.events.empty() && visit.events.back().at >= end) visit.events.pop_back();
    if (visit.events.empty()) continue;
    if (options_.engagement) {
      for (const auto& event : visit.events) {
        const auto engaged = static_cast<std::int32_t>(500 + random.below(60'000));
        if (!event.custom && event.at + milliseconds(engaged) < end) {
          visit.engagement.push_back({event.at + milliseconds(engaged), event.page, engaged, static_cast<std::int16_t>(random.below(101))});
        }
      }
    }
    visits.push_back(std::move(visit));
    came_again.push_back(false);
  }
  std::sort(visits.begin(), visits.end(), [](const MadeVisit& a, const MadeVisit& b) { return a.events[0].at < b.events[0].at; });
  return visits;
}

}  // namespace pico::bench
