#include "authority.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/x509v3.h>
#include <sodium.h>

#include "acme/jws.hpp"

namespace pico::tls::acme {
namespace {

using nlohmann::json;
constexpr std::string_view origin = "https://ca.test";

std::string decoded(const std::string& text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const int done = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr, &size,
                                     nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  bytes.resize(done == 0 ? size : 0);
  return bytes;
}

KeyPair key_of(const json& jwk) {
  const auto x = decoded(jwk.value("x", "")), y = decoded(jwk.value("y", ""));
  if (x.size() != 32 || y.size() != 32) return nullptr;
  auto point = '\x04' + x + y;
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>("P-256"), 0),
                             OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()), OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  auto* context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
  if (EVP_PKEY_fromdata_init(context) == 1) EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
  EVP_PKEY_CTX_free(context);
  return KeyPair(key);
}

}  // namespace

Result<HttpAnswer> Authority::send(const HttpRequest& request) {
  if (unreachable > 0 && unreachable-- > 0) return Error{Errc::unavailable, "cannot connect to ca.test: refused"};
  if (!request.url.starts_with(origin)) return Error{Errc::unavailable, note("asked elsewhere: " + request.url)};
  const auto path = request.url.substr(origin.size());
  paths.push_back(path);
  if (path == garbage_at) return HttpAnswer{200, "<html>gateway</html>", "", "", std::nullopt};
  if (request.method == "GET" && path == "/dir") {
    const json object{{"newNonce", "https://ca.test/nonce"}, {"newAccount", "https://ca.test/account"}, {"newOrder", "https://ca.test/order"}};
    return HttpAnswer{200, object.dump(), "", "", std::nullopt};
  }
  if (request.method == "HEAD" && path == "/nonce") return with_nonce({200, "", "", "", std::nullopt});
  if (request.method != "POST") return problem(405, "malformed", note("method " + request.method + " at " + path));
  return with_nonce(post(path, request.url, request.body));
}

HttpAnswer Authority::with_nonce(HttpAnswer out) {
  out.nonce = nonces + std::to_string(next_nonce_++);
  nonces_.insert(out.nonce);
  return out;
}

HttpAnswer Authority::problem(unsigned status, const std::string& type, const std::string& detail) {
  return {status, json{{"type", "urn:ietf:params:acme:error:" + type}, {"detail", detail}}.dump(), "", "", retry_after};
}

HttpAnswer Authority::answer(unsigned status, const json& object, const std::string& location) { return {status, object.dump(), "", location, std::nullopt}; }

HttpAnswer Authority::post(const std::string& path, const std::string& url, const std::string& body) {
  const auto jws = json::parse(body, nullptr, false);
  if (!jws.is_object() || !jws.contains("protected")) return problem(400, "malformed", note("no JWS"));
  const auto head = json::parse(decoded(jws["protected"]), nullptr, false);
  if (!head.is_object() || head.value("alg", "") != "ES256" || head.value("url", "") != url) return problem(400, "malformed", note("the head of the JWS"));
  if (nonces_.erase(head.value("nonce", "")) == 0) return problem(400, "badNonce", note("a nonce that was never given"));
  if (refuse_nonces > 0 && refuse_nonces-- > 0) return problem(400, "badNonce", "stale");
  if (head.contains("jwk") == head.contains("kid")) return problem(400, "malformed", note("jwk and kid"));
  if (head.contains("jwk") != (path == "/account")) return problem(400, "malformed", note("jwk at " + path));
  if (head.contains("jwk")) account_jwk_ = head["jwk"].dump();
  else if (head["kid"] != "https://ca.test/account/1") return problem(400, "accountDoesNotExist", note("kid"));
  if (!verify(jws, head)) return problem(400, "malformed", note("signature"));
  return serve(path, head, decoded(jws["payload"]));
}

bool Authority::verify(const json& jws, const json&) {
  const auto key = key_of(json::parse(account_jwk_, nullptr, false));
  const auto raw = decoded(jws["signature"]);
  if (!key || raw.size() != 64) return false;
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  auto* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  ECDSA_SIG_free(signature);
  const auto text = jws["protected"].get<std::string>() + "." + jws["payload"].get<std::string>();
  auto* context = EVP_MD_CTX_new();
  const bool good = EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                    EVP_DigestVerify(context, der, static_cast<std::size_t>(size), reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  return good;
}

HttpAnswer Authority::serve(const std::string& path, const json&, const std::string& payload) {
  const auto object = json::parse(payload, nullptr, false);
  if (path == "/account") {
    if (!object.value("termsOfServiceAgreed", false)) return problem(403, "userActionRequired", note("terms"));
    const bool fresh = accounts.insert(account_jwk_).second;
    return answer(fresh ? 201 : 200, {{"status", "valid"}}, "https://ca.test/account/1");
  }
  if (path == "/order") {
    if (!refuse_orders.empty()) return problem(refuse_status, refuse_orders, "not today,\nsays the authority");
    host_ = object["identifiers"][0].value("value", "");
    order_ = known_host ? "ready" : "pending";
    authorization_ = known_host ? "valid" : "pending";
    looks_ = 0;
    auto out = order_state();
    out.status = 201;
    out.location = "https://ca.test/order/1";
    return out;
  }
  if (path == "/order/1") return payload.empty() ? order_state() : problem(400, "malformed", note("order is asked by POST-as-GET"));
  if (path == "/authorization/1") return payload.empty() ? authorization_state() : problem(400, "malformed", note("POST-as-GET"));
  if (path == "/challenge/1") {
    if (payload != "{}") return problem(400, "malformed", note("a challenge is begun with {}"));
    const auto wanted = AccountKey::from_pem(to_pem(key_.get()));  // any: only for the form of a key authorization
    const auto found = look_up ? look_up("token-1") : "";
    const bool right = found.starts_with("token-1.") && found.size() == wanted->key_authorization("token-1").size();
    authorization_ = right ? "valid" : "invalid";
    order_ = right ? "ready" : "invalid";
    return answer(200, {{"type", "http-01"}, {"status", "processing"}});
  }
  if (path == "/finalize/1") return finalize(object.value("csr", ""));
  if (path == "/certificate/1" && payload.empty()) return {200, chain_, "", "", std::nullopt};
  return problem(404, "malformed", note("path " + path));
}

HttpAnswer Authority::order_state() {
  auto status = order_;
  if (order_ == "valid" && (stuck == "processing" || looks_++ < slow)) status = "processing";
  json object{{"status", status}, {"finalize", "https://ca.test/finalize/1"}, {"authorizations", {"https://ca.test/authorization/1"}}};
  if (status == "valid") object["certificate"] = "https://ca.test/certificate/1";
  if (status == "invalid") object["error"] = {{"type", "urn:ietf:params:acme:error:unauthorized"}, {"detail", "no proof"}};
  return answer(200, object);
}

HttpAnswer Authority::authorization_state() {
  auto status = authorization_;
  if (stuck == "pending" || (status != "pending" && !known_host && looks_++ < slow)) status = "pending";
  json challenge{{"type", http_01 ? "http-01" : "dns-01"}, {"url", "https://ca.test/challenge/1"}, {"token", "token-1"}, {"status", status}};
  if (status == "invalid") challenge["error"] = {{"type", "urn:ietf:params:acme:error:unauthorized"}, {"detail", "the answer was wrong"}};
  return answer(200, {{"status", status}, {"challenges", json::array({{{"type", "tls-alpn-01"}}, challenge})}});
}

HttpAnswer Authority::finalize(const std::string& csr) {
  if (order_ != "ready") return problem(403, "orderNotReady", note("finalized while " + order_));
  const auto der = decoded(csr);
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<X509_REQ, FreeBy<X509_REQ_free>> request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  if (!request || X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) != 1) return problem(403, "badCSR", note("the request"));
  auto* extensions = X509_REQ_get_extensions(request.get());
  auto* names = static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr));
  const auto* name = sk_GENERAL_NAME_num(names) == 1 ? sk_GENERAL_NAME_value(names, 0)->d.dNSName : nullptr;
  const std::string asked = name == nullptr ? "" : std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name)), static_cast<std::size_t>(ASN1_STRING_length(name)));
  GENERAL_NAMES_free(names);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  if (asked != host_) return problem(403, "badCSR", note("the request is for " + asked));
  wishes.host = issue_for.empty() ? host_ : issue_for;
  chain_ = make_certificate(X509_REQ_get0_pubkey(request.get()), key_.get(), wishes) + make_certificate(key_.get(), key_.get(), {.host = "ca.test"});
  order_ = "valid";
  looks_ = 0;
  ++certificates;
  return order_state();
}

}  // namespace pico::tls::acme
