// Prints what an event costs in enrichment, what the rules cost in memory and how long they take to load.
#include <benchmark/benchmark.h>
#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "pico/enrich/enricher.hpp"

namespace {

using namespace pico;
using namespace pico::enrich;

/// Resident memory in kB.
long resident() {
  long total = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> total >> pages;
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

std::string chrome(int build) {
  return "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0." +
         std::to_string(build) + ".0 Safari/537.36";
}

struct Setup {
  Setup() : sites(TimeZone::find("Europe/Berlin").value()) {
    const auto before = resident();
    const auto start = std::chrono::steady_clock::now();
    knowledge = Knowledge::load({.geo_ip_file = DEFAULT_GEO_DATABASE}, registry).value();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::printf("knowledge: loaded in %.0f ms, %.1f MB resident\n", took.count(),
                static_cast<double>(resident() - before) / 1024);
    salts.put(Day(std::chrono::year(2026) / 11 / 22), HashKey::random());
    sites.admit("shop.example.com");
  }
  metrics::Registry registry;
  std::shared_ptr<Knowledge> knowledge;
  Salts salts;
  Sites sites;
};

Setup& setup() {
  static Setup instance;
  return instance;
}

event::Raw pageview() {
  event::Raw raw;
  raw.received_at = Day(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);
  raw.domain = raw.hostname = "shop.example.com";
  raw.path = "/products/chairs";
  raw.client_ip = IpAddress::v4({8, 8, 8, 8});
  raw.user_agent = chrome(1);
  raw.timezone = "Europe/Berlin";
  raw.language = "de-DE";
  return raw;
}

/// Addresses are spread over the geo database, as visitors are.
void run(benchmark::State& state, event::Raw raw, bool new_user_agents) {
  Enricher enricher(setup().knowledge, setup().salts, setup().sites);
  std::uint32_t n = 0;
  for (auto _ : state) {
    ++n;
    const auto spread = n * 2654435761U;
    raw.client_ip = IpAddress::v4({static_cast<std::uint8_t>(1 + (spread >> 24) % 220), static_cast<std::uint8_t>(spread >> 16),
                                   static_cast<std::uint8_t>(spread >> 8), 7});
    if (new_user_agents) raw.user_agent = chrome(static_cast<int>(n));
    benchmark::DoNotOptimize(enricher.enrich(raw));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void known_user_agent_direct(benchmark::State& state) {
  run(state, pageview(), false);
}
void known_user_agent_from_a_search(benchmark::State& state) {
  auto raw = pageview();
  raw.referrer = "https://www.google.de/";
  run(state, raw, false);
}
void known_user_agent_within_the_site(benchmark::State& state) {
  auto raw = pageview();
  raw.referrer = "https://shop.example.com/products";
  run(state, raw, false);
}
void known_user_agent_from_a_campaign(benchmark::State& state) {
  auto raw = pageview();
  raw.referrer = "https://www.facebook.com/";
  raw.query = "utm_source=facebook&utm_medium=paid_social&utm_campaign=spring%20sale&utm_content=hero&fbclid=IwAR0abcdef";
  run(state, raw, false);
}
void new_user_agent(benchmark::State& state) {
  run(state, pageview(), true);
}
void opted_out(benchmark::State& state) {
  auto raw = pageview();
  raw.kind = event::Kind::opted_out;
  run(state, raw, false);
}

BENCHMARK(known_user_agent_direct);
BENCHMARK(known_user_agent_within_the_site);
BENCHMARK(known_user_agent_from_a_search);
BENCHMARK(known_user_agent_from_a_campaign);
BENCHMARK(new_user_agent);
BENCHMARK(opted_out);

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  benchmark::Initialize(&argc, argv);
  setup();
  benchmark::RunSpecifiedBenchmarks();
  std::printf("resident at the end: %.1f MB\n", static_cast<double>(resident()) / 1024);
}
