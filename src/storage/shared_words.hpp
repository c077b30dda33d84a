#pragma once
#include <cstddef>

#include "pico/storage/connection.hpp"

/// Words that all sites share (devices, locations, screens, names of events) go when the last site that used them is removed.
///
/// They are condemned while the site's facts are still there: in a moment in which no batch is under way, and with another generation of words, upon
/// which writers forget which words they know to be in Postgres. From then on each use of a condemned word clears its mark. So after a
/// look through all facts, what is still condemned is used by nobody, and nobody can begin to without noticing.
namespace pico::storage {

void condemn_words_of(Connection& connection, int site_id);

/// Deletes the condemned words that no fact uses; clears the others. Reads a month of facts at a time and stops when none is left in question.
/// One caller at a time. Returns how many were deleted.
std::size_t delete_unused_words(Connection& connection);

}  // namespace pico::storage
