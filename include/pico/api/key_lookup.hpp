#pragma once
#include "pico/api/access.hpp"
#include "pico/storage/api_keys.hpp"
#include "pico/storage/pool.hpp"

namespace pico::api {

/// Lets in who has a key of the API with the scope that is needed and for all sites (`picolytics key create`). Both must outlive the
/// result. While Postgres is away only keys that were seen within the last seconds are known.
Access::Keys keys_of(storage::Pool& pool, storage::ApiKeyCache& cache);

}  // namespace pico::api
