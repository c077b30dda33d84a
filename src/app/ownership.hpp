#pragma once
#include <sys/types.h>

#include <filesystem>

#include "pico/core/result.hpp"

namespace pico::app {

/// Hands a directory, and what root owns below it, over to a user. For root, beside processes of that user which may change the tree meanwhile:
/// nothing outside of it changes its owner. Links below are handed over, not followed, and files that have another name somewhere are left
/// as they are. The directory itself may be a link, if it is root's. Errc::io: something could not be handed over.
Result<void> give_tree(const std::filesystem::path& directory, uid_t user, gid_t group);

}  // namespace pico::app
