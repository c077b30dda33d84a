#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "pico/http/response.hpp"
#include "pico/storage/page_counts.hpp"

/// The bodies of the page-view counter's requests.
namespace pico::api::compat {

/// What a body asks to be counted, or the answer that refuses it. All or nothing: one bad entry refuses the whole.
struct PageViewsBody {
  std::vector<storage::PageCount> counts;
  std::optional<http::Response> refusal;
};

/// {"page": …, "timestamp": …}: one view in that hour.
PageViewsBody parse_single(std::string_view content_type, std::string_view body);

/// {page: {timestamp: number, …}, …}: so many views in each hour. Zeros are taken and count nothing.
PageViewsBody parse_multi(std::string_view content_type, std::string_view body);

/// Why this cannot be a page, completing "page must …"; empty: it can.
std::string_view page_fault(std::string_view page);

}  // namespace pico::api::compat
