#pragma once
#include <string_view>

#include "pico/core/hash.hpp"
#include "pico/storage/connection.hpp"

namespace pico::storage {

/// A secret key of this installation, the same for every instance and for ever; made at random by whoever asks first.
/// Names in use: `word_key` keys the ids of words, `past_key` the visitors of days that were over when their events were handed in,
/// `micro_key` who came by µAnalytics' API. Throws DatabaseError.
HashKey install_key(Connection& connection, std::string_view name);

}  // namespace pico::storage
