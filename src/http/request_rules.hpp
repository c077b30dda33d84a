#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "pico/http/request.hpp"
#include "request_body.hpp"

/// What is taken of a request's head, by the words of the RFCs and more strictly.
namespace pico::http {

inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(boost::beast::http::verb verb);

/// All fields of one name, joined as one list.
std::string joined(const boost::beast::http::fields& fields, boost::beast::string_view name);

/// What makes two servers in a row disagree on where a request ends, or whom it is for (request smuggling); blank: nothing.
std::string_view smuggling_fault(const ParsedRequest& request);

/// The part that names the host, where a target is a whole address; nullopt: it is none.
std::optional<std::string_view> authority_of(std::string_view target);

/// For Beast, at each chunk. Its extensions mean nothing to us and are passed over, but Beast takes any byte in them, and a server before this
/// one may see the end of a line.
void refuse_control_characters(std::uint64_t size, boost::beast::string_view extensions, boost::system::error_code& error);

}  // namespace pico::http
