#pragma once
#include <string>
#include <string_view>

#include "pico/http/exchange.hpp"

/// Answers in the shapes of Fastify, which the original page-view counter is built on.
namespace pico::api::compat::fastify {

http::Response json(unsigned status, std::string body);

/// {"statusCode":…,"code":…,"error":…,"message":…}; without code when that is empty. The message may hold any text.
http::Response error(unsigned status, std::string_view code, std::string_view message);

/// What the body does not do that the schema asks for.
http::Response validation_error(std::string_view message);

/// No such route.
http::Response not_found(const http::Request& request);

}  // namespace pico::api::compat::fastify
