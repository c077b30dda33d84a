#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "pico/core/result.hpp"

namespace pico::micro_import {

/// A row of µAnalytics' table `visits`. Texts are as they are stored, blank for NULL; they live until the reader returns. Holds an IP
/// address: must not leave RAM.
struct Visit {
  std::int64_t number = 0;           ///< its rowid: rows are only ever added behind the last one
  std::optional<std::int64_t> time;  ///< seconds since 1970; nullopt: there is no whole number
  std::string_view event, path, ip, platform, referer_domain, country;
};

/// Reads one file and never writes: it may be of a server that runs (its locks are respected, also those of a write-ahead log), and it may
/// stand on a disk that cannot be written to. Belongs to one thread.
///
/// All functions return Errc::io, with a sentence that names the file, when SQLite cannot read it: it is damaged, no such database, or
/// locked for more than ten seconds.
class Visits {
 public:
  static Result<Visits> open(const std::filesystem::path& file);
  Visits(Visits&&) noexcept;
  Visits& operator=(Visits&&) noexcept;
  ~Visits();

  using Reader = std::function<void(const Visit&)>;

  /// How many there are up to that number; nullopt: in all.
  Result<std::int64_t> count(std::optional<std::int64_t> up_to = {});
  /// Up to `limit` rows behind the number, in order. Returns the number of the last; `after` when there are none.
  Result<std::int64_t> read(std::int64_t after, std::int64_t limit, const Reader& reader);

 private:
  struct Impl;
  explicit Visits(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::micro_import
