#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pico/http/response.hpp"
#include "pico/storage/micro_reports.hpp"

/// The API's answers: one JSON object and a line break.
namespace pico::api::micro_analytics {

/// The head of one in pieces, too.
http::Response json(std::string body);

http::Response totals_answer(const storage::MicroFigures& figures);
/// `countries`: the label is the country's English name; otherwise it is the id.
http::Response groups_answer(const std::vector<storage::MicroGroup>& groups, bool countries);
http::Response times_answer(const std::vector<storage::MicroBucket>& buckets, std::chrono::seconds interval);

/// Adds a visit to the text of a list.
void append_visit(std::string& text, const storage::MicroVisits::Visit& visit);

/// `fr` → `France`, by ISO 3166-1, in any case; blank when there is no such country.
std::string_view country_name(std::string_view code);

}  // namespace pico::api::micro_analytics
