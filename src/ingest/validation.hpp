#pragma once
#include <string>
#include <unordered_set>
#include <variant>

#include "pico/event/raw.hpp"
#include "pico/ingest/ingest.hpp"
#include "wire.hpp"

namespace pico::ingest {

/// Why an event that could be read is not counted. Names of the metric's label and of the response header's value.
enum class Drop { event_name, url, origin, site_unknown, site_limit, properties };
std::string_view to_string(Drop reason);

/// Checks and cleans an event: every text of the result is valid UTF-8 within event/limits.hpp. Immutable, thread-safe.
class Validation {
 public:
  explicit Validation(const Options& options);

  [[nodiscard]] std::variant<event::Raw, Drop> validate(const WireEvent& wire, const Submission& submission) const;

 private:
  [[nodiscard]] std::optional<event::Kind> kind_of(const WireEvent& wire) const;

  const Options& options_;
  const std::unordered_set<std::string> names_;
};

}  // namespace pico::ingest
