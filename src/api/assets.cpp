#include "pico/api/assets.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <fstream>
#include <sstream>

#include "pico/core/hash.hpp"
#include "pico/core/text.hpp"

namespace pico::api {
namespace {

namespace fs = std::filesystem;
using http::Response;

std::string content_type_of(std::string_view name) {
  if (name.ends_with(".js")) return "application/javascript";
  if (name.ends_with(".html")) return "text/html; charset=UTF-8";
  if (name.ends_with(".css")) return "text/css; charset=UTF-8";
  if (name.ends_with(".json") || name.ends_with(".map")) return "application/json";
  if (name.ends_with(".svg")) return "image/svg+xml";
  if (name.ends_with(".png")) return "image/png";
  if (name.ends_with(".gif")) return "image/gif";
  if (name.ends_with(".ico")) return "image/x-icon";
  if (name.ends_with(".txt")) return "text/plain; charset=UTF-8";
  return "application/octet-stream";
}

std::string etag_of(std::string_view body) {
  return fmt::format("\"{:08x}-{:x}\"", crc32c(std::as_bytes(std::span(body.data(), body.size()))), body.size());
}

std::string gzip(std::string_view body) {
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(deflateBound(&stream, body.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

/// Whether an Accept-Encoding header takes the coding: named, and not with q=0.
bool takes(std::string_view accept_encoding, std::string_view coding) {
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    const auto item = accept_encoding.substr(0, comma);
    accept_encoding = comma == std::string_view::npos ? std::string_view{} : accept_encoding.substr(comma + 1);
    const auto semicolon = item.find(';');
    if (!equals_ignore_case(trim(item.substr(0, semicolon)), coding)) continue;
    const auto parameters = semicolon == std::string_view::npos ? std::string_view{} : item.substr(semicolon);
    const auto q = parameters.find("q=");
    return q == std::string_view::npos || parameters.find_first_of("123456789", q) != std::string_view::npos;
  }
  return false;
}

Result<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in) return Error{Errc::io, fmt::format("cannot read {}", path.string())};
  return std::move(bytes).str();
}

struct OwnedFile {
  std::string body, gzip;
};

}  // namespace

Assets::Assets(std::span<const EmbeddedFile> embedded) {
  for (const auto& file : embedded) {
    if (file.name.ends_with(".gz") || file.name.ends_with(".br")) continue;
    Asset asset{content_type_of(file.name), etag_of(file.data), file.data, {}, {}, nullptr};
    for (const auto& form : embedded) {
      if (form.name == std::string(file.name) + ".gz") asset.gzip = form.data;
      if (form.name == std::string(file.name) + ".br") asset.brotli = form.data;
    }
    embedded_.emplace(file.name, std::move(asset));
  }
  files_ = embedded_;
}

Result<void> Assets::overlay(const fs::path& directory) {
  files_ = embedded_;
  std::error_code error;
  if (!fs::is_directory(directory, error)) return {};
  std::size_t total = 0;
  for (auto entry = fs::recursive_directory_iterator(directory, error); !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (!entry->is_regular_file()) continue;
    auto body = read_file(entry->path());
    if (!body) return body.error();
    total += body->size();
    if (total > max_directory_bytes)
      return Error{Errc::invalid, fmt::format("staticDir {} holds more than {} MB: it is for a few small files", directory.string(), max_directory_bytes >> 20)};
    auto owned = std::make_shared<OwnedFile>();
    owned->body = std::move(*body);
    owned->gzip = gzip(owned->body);
    const auto name = fs::relative(entry->path(), directory).generic_string();
    files_.insert_or_assign(name, Asset{content_type_of(name), etag_of(owned->body), owned->body, owned->gzip, {}, owned});
  }
  if (error) return Error{Errc::io, fmt::format("cannot read staticDir {}: {}", directory.string(), error.message())};
  return {};
}

const Asset* Assets::find(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

Response serve_asset(const Asset& asset, const http::Request& request, unsigned max_age_seconds) {
  Response response;
  response.content_type = asset.content_type;
  response.fixed_headers = "X-Content-Type-Options: nosniff\r\nVary: Accept-Encoding\r\nCross-Origin-Resource-Policy: cross-origin\r\n";
  response.with("Cache-Control", "public, max-age=" + std::to_string(max_age_seconds)).with("ETag", asset.etag);
  if (request.header("If-None-Match") == asset.etag) {
    response.status = 304;
    return response;
  }
  response.body = asset.body;
  response.owner = asset.owner;
  const auto encodings = request.header("Accept-Encoding");
  if (!asset.brotli.empty() && takes(encodings, "br")) {
    response.body = asset.brotli;
    response.with("Content-Encoding", "br");
  } else if (!asset.gzip.empty() && takes(encodings, "gzip")) {
    response.body = asset.gzip;
    response.with("Content-Encoding", "gzip");
  }
  return response;
}

void add_static_routes(http::Router& router, const Assets& assets, const StaticOptions& options) {
  const auto redirect = options.root_redirect;
  router.add(http::Method::get, "/", [redirect](http::Exchange& exchange) {
    exchange.answer(redirect.empty() ? Response::text(200, "OK") : Response::redirect(redirect));
  }, {.cors = true});
  const auto max_age = options.max_age_seconds;
  router.add(http::Method::get, "/*", [&assets, max_age](http::Exchange& exchange) {
    const auto& request = exchange.request();
    // As the original does, crawlers are kept out unless a file of the operator's says otherwise.
    const auto* asset = assets.find(request.path.substr(1));
    if (asset != nullptr) return exchange.answer(serve_asset(*asset, request, max_age));
    if (request.path == "/robots.txt") return exchange.answer(Response::text(200, "User-agent: *\nDisallow: /\n"));
    exchange.answer(Response::empty(404));
  }, {.cors = true});
}

}  // namespace pico::api
