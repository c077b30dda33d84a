#pragma once
#include "pico/api/assets.hpp"
#include "pico/enrich/salts.hpp"
#include "pico/enrich/sites.hpp"
#include "pico/http/router.hpp"
#include "pico/storage/pool.hpp"

namespace pico::api {

/// Adds `GET /demo` (and below it, for the page's own navigation) and `GET /demo/events`: the asking visitor's own events of the page's
/// host, newest first, as Postgres has them. Who asks is found as for an event, by today's salt, so nobody sees anybody else's.
/// Everything passed must outlive the router's server.
void add_demo_routes(http::Router& router, const Assets& assets, storage::Pool& pool, const enrich::Salts& salts, const enrich::Sites& sites);

}  // namespace pico::api
