#include "run_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace pico::app {
namespace {

namespace fs = std::filesystem;

fs::path path_in(const fs::path& data_dir) { return data_dir / "run.json"; }

/// The value of a key in a conninfo of plain words, as the embedded Postgres' is.
std::string word_of(const std::string& conninfo, const std::string& key) {
  const auto at = (" " + conninfo).find(" " + key + "=");
  if (at == std::string::npos) return {};
  const auto begin = at + key.size() + 1;
  auto value = conninfo.substr(begin, conninfo.find(' ', begin) - begin);
  std::erase(value, '\'');
  return value;
}

}  // namespace

Result<void> write_run_file(const fs::path& data_dir, const RunFile& content) {
  nlohmann::json json{{"pid", getpid()}, {"listen", content.listen}, {"admin", content.admin}, {"pageViews", content.page_views},
                      {"microAnalytics", content.micro_analytics}, {"tls", content.tls}, {"redirect", content.redirect}};
  if (!content.postgres_conninfo.empty()) {
    const auto& conninfo = content.postgres_conninfo;
    json["postgres"] = {{"conninfo", conninfo}, {"socket", word_of(conninfo, "host")}, {"port", word_of(conninfo, "port")},
                        {"user", word_of(conninfo, "user")}, {"database", word_of(conninfo, "dbname")}};
  }
  // Written aside and renamed, so that whoever waits for the file never reads half of it.
  const auto temporary = path_in(data_dir).string() + ".new";
  std::ofstream file(temporary);
  file << json.dump(2) << "\n" << std::flush;
  std::error_code error;
  if (file) fs::rename(temporary, path_in(data_dir), error);
  if (!file || error) return Error{Errc::io, fmt::format("cannot write {}", path_in(data_dir).string())};
  return {};
}

std::optional<RunFile> read_run_file(const fs::path& data_dir) {
  std::ifstream file(path_in(data_dir));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  RunFile content{json.value("listen", ""), json.value("admin", ""), json.value("pageViews", ""), json.value("microAnalytics", ""),
                  json.value("tls", ""),    json.value("redirect", ""), {}};
  if (json.contains("postgres")) content.postgres_conninfo = json["postgres"].value("conninfo", "");
  return content;
}

void remove_run_file(const fs::path& data_dir) {
  std::error_code ignored;
  fs::remove(path_in(data_dir), ignored);
}

}  // namespace pico::app
