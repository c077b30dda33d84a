#include "support/recount/conditions.hpp"

#include <re2/re2.h>

#include <stdexcept>

namespace pico::test {
namespace {

using D = stats::Dimension;
using Kind = stats::Filter::Kind;
using Op = stats::Operator;

std::string label_of_blank(D dimension) {
  if (dimension == D::source || dimension == D::referrer) return "Direct / None";
  return dimension == D::property ? "(none)" : "(not set)";
}

std::string raw(const stats::DimensionRef& ref, const Subject& subject) {
  switch (ref.dimension) {
    case D::page: return subject.page->path;
    case D::hostname: return subject.page->hostname;
    case D::event_name: return subject.event->name;
    case D::property: {
      const auto found = subject.event->properties.find(ref.property);
      return found == subject.event->properties.end() ? "" : found->second;
    }
    default: return subject.visit->values.at(ref.dimension);
  }
}

bool is_negative(Op op) {
  return op == Op::is_not || op == Op::contains_not || op == Op::matches_not;
}

}  // namespace

std::string shown(const stats::DimensionRef& ref, const Subject& subject) {
  auto text = raw(ref, subject);
  return text.empty() ? label_of_blank(ref.dimension) : text;
}

bool reaches(const FactGoal& goal, const FactEvent& event) {
  if (goal.event_name) return event.name == *goal.event_name;
  std::string pattern;
  for (const auto c : *goal.page_path) pattern += c == '*' ? "(?s:.*)" : RE2::QuoteMeta(std::string(1, c));
  return event.name == "pageview" && RE2::FullMatch(event.page.path, RE2(pattern, RE2::Latin1));  // byte by byte: `*` is any text
}

bool fits(const std::string& text, const stats::Test& test, const std::string& value) {
  const std::string prefix = test.case_sensitive ? "" : "(?i)";
  switch (test.op) {
    case Op::is:
    case Op::is_not: return test.case_sensitive ? text == value : RE2::FullMatch(text, prefix + RE2::QuoteMeta(value));
    case Op::contains:
    case Op::contains_not:
      return test.case_sensitive ? text.find(value) != std::string::npos : RE2::PartialMatch(text, prefix + RE2::QuoteMeta(value));
    default: return RE2::PartialMatch(text, value);
  }
}

bool tests_events(const stats::Filter& filter) {
  if (filter.kind == Kind::test) return stats::is_of_event(filter.test.dimension.dimension);
  if (filter.kind == Kind::done || filter.kind == Kind::not_done) return false;
  return std::any_of(filter.children.begin(), filter.children.end(), tests_events);
}

bool Conditions::of_events() const {
  return std::any_of(filters_.begin(), filters_.end(), tests_events);
}

bool Conditions::hold(const Subject& subject) const {
  return std::all_of(filters_.begin(), filters_.end(), [&](const auto& filter) { return holds(filter, subject); });
}

bool Conditions::goal_test_holds(const stats::Test& test, const Subject& subject) const {
  for (const auto& goal : goals_) {
    for (const auto& value : test.values) {
      if (fits(goal.name, test, value) && reaches(goal, *subject.event)) return true;
    }
  }
  return false;
}

bool Conditions::holds(const stats::Filter& filter, const Subject& subject) const {
  const auto& children = filter.children;
  const auto child_holds = [&](const stats::Filter& child) { return holds(child, subject); };
  const auto has_done = [&] {
    for (const auto& event : subject.visit->events) {
      if (in_range_(*subject.visit, event) && holds(children.at(0), of_event(*subject.visit, event))) return true;
    }
    return false;
  };
  switch (filter.kind) {
    case Kind::all_of: return std::all_of(children.begin(), children.end(), child_holds);
    case Kind::any_of: return std::any_of(children.begin(), children.end(), child_holds);
    case Kind::none_of: return !holds(children.at(0), subject);
    case Kind::done: return has_done();
    case Kind::not_done: return !has_done();
    case Kind::test: break;
  }
  const auto& test = filter.test;
  if (test.dimension.dimension == D::goal) return goal_test_holds(test, subject);
  const auto text = shown(test.dimension, subject);
  const auto one_fits = std::any_of(test.values.begin(), test.values.end(), [&](const auto& value) { return fits(text, test, value); });
  return one_fits != is_negative(test.op);
}

}  // namespace pico::test
