#pragma once
#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace pico::micro_import {

/// A file as µAnalytics makes it, open for writing.
class WritableFile {
 public:
  explicit WritableFile(const std::filesystem::path& file) {
    std::filesystem::create_directories(file.parent_path());
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) throw std::runtime_error("no SQLite file");
    run("create table if not exists visits (time INTEGER, event TEXT, path TEXT, ip TEXT, platform TEXT, refererDomain TEXT, countryCode TEXT)");
  }
  ~WritableFile() { sqlite3_close(database_); }
  WritableFile(const WritableFile&) = delete;
  WritableFile& operator=(const WritableFile&) = delete;

  void run(const std::string& sql) {
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(database_));
  }
  /// values: `1448020800, 'event', '/path', '203.0.113.1', 'Linux', 't.co', 'de'`
  void add(const std::string& values) { run("insert into visits values (" + values + ")"); }

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace pico::micro_import
