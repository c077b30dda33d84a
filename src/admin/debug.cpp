#include <malloc.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "pico/admin/routes.hpp"
#include "pico/core/url.hpp"

namespace pico::admin {
namespace {

using http::Exchange;
using http::Method;
using http::Response;

Response text(std::string body) {
  auto response = Response::html(200, std::move(body));
  response.content_type = "text/plain; charset=UTF-8";
  return response;
}

std::string heap_statistics() {
  char* bytes = nullptr;
  std::size_t size = 0;
  std::FILE* file = open_memstream(&bytes, &size);
  if (file == nullptr) return {};
  malloc_info(0, file);
  std::fclose(file);
  std::string statistics(bytes, size);
  std::free(bytes);
  return statistics;
}

std::string threads() {
  std::string lines;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::string name, schedule;
    std::getline(std::ifstream(task.path() / "comm") >> std::ws, name);
    std::getline(std::ifstream(task.path() / "schedstat") >> std::ws, schedule);  // ns on a processor, ns waiting, slices
    lines += task.path().filename().string() + " " + name + " " + schedule + "\n";
  }
  return lines;
}

std::string command_line() {
  std::string line;
  std::getline(std::ifstream("/proc/self/cmdline"), line);
  return line;
}

constexpr std::string_view pprof_index =
    "/debug/pprof/heap         the allocator's statistics (/debug/heap)\n"
    "/debug/pprof/goroutine    threads and their processor time (/debug/threads)\n"
    "/debug/pprof/threadcreate the same\n"
    "/debug/pprof/cmdline      the command line\n"
    "block, profile, symbol and trace are Go's; perf(1) profiles this program\n";

/// The addresses that the original's profiler has, as far as there is an answer.
void add_pprof_routes(http::Router& router) {
  router.add(Method::get, "/debug/pprof/", [](Exchange& exchange) { exchange.answer(Response::text(200, pprof_index)); });
  router.add(Method::get, "/debug/pprof/heap", [](Exchange& exchange) { exchange.answer(text(heap_statistics())); });
  for (const auto* path : {"/debug/pprof/goroutine", "/debug/pprof/threadcreate"})
    router.add(Method::get, path, [](Exchange& exchange) { exchange.answer(text(threads())); });
  router.add(Method::get, "/debug/pprof/cmdline", [](Exchange& exchange) { exchange.answer(text(command_line())); });
  for (const auto* path : {"/debug/pprof/block", "/debug/pprof/profile", "/debug/pprof/symbol", "/debug/pprof/trace"})
    router.add(Method::get, path, [](Exchange& exchange) { exchange.answer(Response::error(501, "this profile is one of Go programs; perf can profile this one")); });
}

void set_log_level(Exchange& exchange) {
  const auto value = query_value(exchange.request().query, "level").value_or("");
  const auto level = spdlog::level::from_str(std::string(value));
  if (level == spdlog::level::off && value != "off")
    return exchange.answer(Response::error(400, "level must be trace, debug, info, warn, err, critical or off"));
  spdlog::set_level(level);
  exchange.answer(Response::text(200, "OK"));
}

}  // namespace

void add_debug_routes(http::Router& router) {
  router.add(Method::get, "/debug/heap", [](Exchange& exchange) { exchange.answer(text(heap_statistics())); });
  router.add(Method::get, "/debug/threads", [](Exchange& exchange) { exchange.answer(text(threads())); });
  router.add(Method::post, "/debug/log-level", set_log_level);
  add_pprof_routes(router);
}

}  // namespace pico::admin
