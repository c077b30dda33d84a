#pragma once
#include "pico/api/access.hpp"
#include "pico/counters/counter.hpp"
#include "pico/http/router.hpp"
#include "pico/storage/pool.hpp"

namespace pico::api {

/// What the page-view counter needs. Everything must outlive the router's server.
struct PageViews {
  counters::Counter& counter;
  storage::Pool& pool;
  const Access& access;
  const Clock& clock;
};

/// Adds `POST /page-views/single`, `POST /page-views/multi`, `GET /report`, `GET /report/{page}` and `GET /health`: the requests and
/// answers of the page-view counter that docs/page-views.md describes.
void add_page_views_routes(http::Router& router, const PageViews& page_views);

/// Answers everything else on a listener of its own as the original does: 404.
void add_page_views_not_found(http::Router& router);

}  // namespace pico::api
