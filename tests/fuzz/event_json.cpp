// POST /p and the pixel: the body, the query string and the headers that become part of an event.
#include "clean.hpp"
#include "validation.hpp"
#include "wire.hpp"

using namespace pico;

namespace {

ingest::Options options() {
  ingest::Options options;
  options.valid_event_names = {"load", "visible", "hidden", "hashchange", "ping", "popstate", "pushstate"};
  return options;
}

void validate(const std::optional<ingest::WireEvent>& wire, const ingest::Submission& submission) {
  static const auto with = options();
  static const ingest::Validation validation(with);
  if (!wire) return;
  const auto result = validation.validate(*wire, submission);
  if (const auto* raw = std::get_if<event::Raw>(&result)) fuzz::require_clean(*raw);
}

}  // namespace

/// The first line holds the headers: User-Agent, Accept-Language and Origin, parted by '|'. The rest is the body, and the query string.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ingest::WireParser parser;
  fuzz::Lines input(fuzz::text_of(data, size));
  auto line = input.next();
  const auto header = [&line] {
    const auto end = line.find('|');
    const auto value = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
    return value;
  };
  ingest::Submission submission;
  submission.user_agent = header();
  submission.accept_language = header();
  submission.origin = header();
  validate(parser.json(input.rest()), submission);
  validate(parser.query(input.rest()), submission);
  return 0;
}
