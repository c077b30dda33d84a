#include "request_rules.hpp"

#include <algorithm>

#include "pico/core/text.hpp"

namespace pico::http {

namespace beast_http = boost::beast::http;

Method method_of(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get: return Method::get;
    case beast_http::verb::head: return Method::head;
    case beast_http::verb::post: return Method::post;
    case beast_http::verb::put: return Method::put;
    case beast_http::verb::patch: return Method::patch;
    case beast_http::verb::delete_: return Method::del;
    case beast_http::verb::options: return Method::options;
    default: return Method::other;
  }
}

std::string joined(const beast_http::fields& fields, boost::beast::string_view name) {
  std::string all;
  const auto [begin, end] = fields.equal_range(name);
  for (auto field = begin; field != end; ++field) {
    if (!all.empty()) all += ',';
    all += view(field->value());
  }
  return all;
}

std::optional<std::string_view> authority_of(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (equals_ignore_case(target.substr(0, scheme.size()), scheme)) {
      target.remove_prefix(scheme.size());
      return target.substr(0, target.find_first_of("/?"));
    }
  return std::nullopt;
}

void refuse_control_characters(std::uint64_t, boost::beast::string_view extensions, boost::system::error_code& error) {
  const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
  if (std::any_of(extensions.begin(), extensions.end(), is_control)) error = beast_http::error::bad_chunk_extension;
}

std::string_view smuggling_fault(const ParsedRequest& request) {
  const auto hosts = request.count(beast_http::field::host);
  if (hosts > 1 || (hosts == 0 && request.version() >= 11)) return "exactly one Host header is needed";
  if (request.count(beast_http::field::transfer_encoding) > 0) {
    if (request.version() < 11) return "Transfer-Encoding needs HTTP/1.1";
    if (!equals_ignore_case(view(request[beast_http::field::transfer_encoding]), "chunked") ||
        request.count(beast_http::field::transfer_encoding) > 1)
      return "the only Transfer-Encoding taken is chunked";
  }
  return {};
}

}  // namespace pico::http
