#include "https_client.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>

#include "../openssl.hpp"
#include "pico/core/text.hpp"
#include "pico/core/url.hpp"

namespace pico::tls::acme {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Stream = asio::ssl::stream<boost::beast::tcp_stream>;
using Outgoing = http::request<http::string_body>;

constexpr std::chrono::seconds connect_timeout{10}, whole_timeout{60};
constexpr std::size_t max_answer_bytes = 1 << 20;
constexpr asio::as_tuple_t<asio::use_awaitable_t<>> no_throw{};

struct Target {
  std::string host, port, path;
};

Result<Target> target_of(const std::string& url) {
  const auto parts = parse_url(std::string_view(url));
  if (!parts || !equals_ignore_case(parts->scheme, "https")) return Error{Errc::invalid, "the authority's addresses must begin with https://"};
  Target target{std::string(parts->host), parts->port.empty() ? "443" : std::string(parts->port), std::string(parts->path)};
  if (target.host.starts_with('[')) target.host = target.host.substr(1, target.host.size() - 2);
  if (target.path.empty()) target.path = "/";
  if (!parts->query.empty()) target.path += "?" + std::string(parts->query);
  return target;
}

Outgoing outgoing_of(const HttpRequest& request, const Target& target, const std::string& user_agent) {
  Outgoing outgoing(http::string_to_verb(request.method), target.path, 11);
  const bool v6 = target.host.find(':') != std::string::npos;
  outgoing.set(http::field::host, (v6 ? "[" + target.host + "]" : target.host) + (target.port == "443" ? "" : ":" + target.port));
  outgoing.set(http::field::user_agent, user_agent);
  outgoing.set(http::field::connection, "close");
  if (!request.body.empty()) outgoing.set(http::field::content_type, "application/jose+json");
  outgoing.body() = request.body;
  outgoing.prepare_payload();
  return outgoing;
}

std::optional<std::chrono::seconds> seconds_of(boost::beast::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;  // a date is left to our own pauses
  return std::chrono::seconds(value);
}

HttpAnswer answer_of(http::response<http::string_body> response) {
  return {response.result_int(), std::move(response.body()), std::string(response["Replay-Nonce"]), std::string(response[http::field::location]),
          seconds_of(response[http::field::retry_after])};
}

/// OpenSSL's word for why a certificate is not believed says more than Asio's.
std::string reason_of(const boost::system::error_code& error, Stream& stream) {
  const auto verified = SSL_get_verify_result(stream.native_handle());
  return verified != X509_V_OK ? X509_verify_cert_error_string(verified) : error.message();
}

/// A request, and what became of it. Lives as long as its coroutine.
struct Asking {
  const HttpRequest& request;
  const Target& target;
  const std::string& user_agent;
  std::optional<Result<HttpAnswer>> outcome;

  void fail(std::string_view step, const std::string& reason) { outcome = Error{Errc::unavailable, fmt::format("{} {}: {}", step, target.host, reason)}; }
};

/// Every address of the host, one after the other: one that swallows packets must not use the time of all up.
asio::awaitable<boost::system::error_code> connect(boost::beast::tcp_stream& stream, tcp::resolver::results_type addresses) {
  boost::system::error_code last = asio::error::host_not_found;
  for (const auto& address : addresses) {
    stream.expires_after(connect_timeout);
    const auto [error] = co_await stream.async_connect(address.endpoint(), no_throw);
    last = error;
    if (!error) break;
  }
  stream.expires_never();
  co_return last;
}

asio::awaitable<void> run(Asking& asking, asio::ssl::context& context) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto [unresolved, addresses] = co_await resolver.async_resolve(asking.target.host, asking.target.port, no_throw);
  if (unresolved) co_return asking.fail("cannot look up", unresolved.message());
  Stream stream(executor, context);
  SSL_set_tlsext_host_name(stream.native_handle(), asking.target.host.c_str());
  stream.set_verify_callback(asio::ssl::host_name_verification(asking.target.host));
  const auto unconnected = co_await connect(stream.next_layer(), addresses);
  if (unconnected) co_return asking.fail("cannot connect to", unconnected.message());
  const auto [untrusted] = co_await stream.async_handshake(asio::ssl::stream_base::client, no_throw);
  if (untrusted) co_return asking.fail("cannot speak TLS with", reason_of(untrusted, stream));
  const auto outgoing = outgoing_of(asking.request, asking.target, asking.user_agent);
  const auto [unsent, sent] = co_await http::async_write(stream, outgoing, no_throw);
  if (unsent) co_return asking.fail("cannot ask", unsent.message());
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(max_answer_bytes);
  parser.skip(asking.request.method == "HEAD");
  const auto [unread, received] = co_await http::async_read(stream, buffer, parser, no_throw);
  if (unread) co_return asking.fail("no whole answer from", unread.message());
  asking.outcome = answer_of(parser.release());
}

}  // namespace

HttpsClient::HttpsClient(std::filesystem::path authority_file, std::string user_agent, std::stop_token stop)
    : authority_file_(std::move(authority_file)), user_agent_(std::move(user_agent)), stop_(std::move(stop)) {}

Result<HttpAnswer> HttpsClient::send(const HttpRequest& request) {
  const auto target = target_of(request.url);
  if (!target) return target.error();
  asio::ssl::context tls(asio::ssl::context::tls_client);
  boost::system::error_code error;
  if (authority_file_.empty()) tls.set_default_verify_paths(error);
  else tls.load_verify_file(authority_file_.string(), error);
  if (error) return Error{Errc::unavailable, fmt::format("cannot read the authorities' certificates {}: {}", authority_file_.string(), error.message())};
  tls.set_verify_mode(asio::ssl::verify_peer, error);
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);

  Asking asking{request, *target, user_agent_, std::nullopt};
  asio::io_context context{1};
  const std::stop_callback end(stop_, [&context] { context.stop(); });
  asio::co_spawn(context, run(asking, tls), asio::detached);
  context.run_for(whole_timeout);
  if (asking.outcome) return std::move(*asking.outcome);
  return Error{Errc::unavailable, fmt::format("{} did not answer in time", target->host)};
}

}  // namespace pico::tls::acme
