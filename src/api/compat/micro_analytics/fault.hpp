#pragma once
#include <string>
#include <string_view>

#include "pico/http/response.hpp"

namespace pico::api::micro_analytics {

/// Why a request is refused. code: the API's (`InvalidJSON`); message: a sentence, without anything that was sent.
struct Fault {
  std::string_view code;
  std::string message;
  unsigned status = 400;
  bool perhaps_stored = false;  ///< whether what was sent has been stored is not known: it must not be sent again unseen
};

/// What stands in the place of a website's name is none.
Fault no_website();

/// The website is none of the sites, and siteRegistration is `listed`.
Fault not_listed();

/// A time that the store cannot hold (pico/writer/validity.hpp).
Fault time_out_of_range();

/// `{"code":"…","message":"…"}`; 503 with Retry-After.
http::Response answer_of(const Fault& fault);

}  // namespace pico::api::micro_analytics
