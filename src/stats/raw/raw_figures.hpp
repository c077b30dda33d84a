#pragma once
#include "raw/parts.hpp"

namespace pico::stats {

/// Which figures a question is made of.
struct Needs {
  bool visitors = false, visits = false, pageviews = false, events = false;
  bool entries = false;     ///< with bounces and duration
  bool engagement = false;
};

namespace raw {

/// Figures straight from the facts, for any question (docs/stats.md): the parts of the one statement that there would be, were it not
/// that visits, events and engagement each have their own rows. Throws storage::DatabaseError, or TooManyGroups.
Groups figures(const Part& part, const Needs& needs);

}  // namespace raw
}  // namespace pico::stats
