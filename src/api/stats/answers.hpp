#pragma once
#include <exception>
#include <string_view>

#include "pico/core/result.hpp"
#include "pico/http/response.hpp"

/// What the Stats API answers with: `{"error": "a sentence"}` whenever it is not a result.
namespace pico::api {

http::Response result_response(std::string body);
http::Response error_response(unsigned status, std::string_view sentence);

http::Response missing_key();
/// No such key, no such site, or a key that is not for it: which of them is not told.
http::Response no_access();
http::Response too_many_requests(unsigned per_hour, long seconds_left);
http::Response too_many_unknown_keys();
http::Response question_too_large();
http::Response overloaded();

/// For an Error of stats::Service or of reading a question.
http::Response refusal(const Error& error);
/// For what was thrown while a question was answered.
http::Response failure(const std::exception_ptr& thrown);

}  // namespace pico::api
