#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "pico/core/embedded_file.hpp"
#include "pico/core/result.hpp"
#include "pico/http/router.hpp"

namespace pico::api {

/// A file that is served: its bytes, compressed forms, and validators.
struct Asset {
  std::string content_type;
  std::string etag;
  std::string_view body, gzip, brotli;  ///< compressed ones may be empty
  std::shared_ptr<const void> owner;    ///< keeps the bytes alive; null for embedded ones
};

/// The tracker and other static files: those in the binary, overlaid by the files of STATIC_DIR where it is set. Everything is held in
/// memory, so that serving never touches the disk and no path can leave the folder. Read-only, and so thread-safe, once overlay() is done.
class Assets {
 public:
  static constexpr std::size_t max_directory_bytes = 32u << 20;

  explicit Assets(std::span<const EmbeddedFile> embedded);
  /// Reads the folder (again). A file in it takes the place of the embedded one of the same name. Errc::invalid when it is too large.
  Result<void> overlay(const std::filesystem::path& directory);
  [[nodiscard]] const Asset* find(std::string_view name) const;

 private:
  using Files = std::map<std::string, Asset, std::less<>>;
  Files embedded_;
  Files files_;
};

/// Answers with the asset: 304 by ETag, the best encoding the client takes, `Cache-Control: public, max-age=…`.
http::Response serve_asset(const Asset& asset, const http::Request& request, unsigned max_age_seconds);

struct StaticOptions {
  unsigned max_age_seconds = 3600;
  std::string root_redirect;  ///< where `GET /` redirects to; empty: it answers OK
};

/// Adds `GET /`, `/robots.txt` and every asset under its name.
void add_static_routes(http::Router& router, const Assets& assets, const StaticOptions& options);

}  // namespace pico::api
