#include "pico/admin/readiness.hpp"

namespace pico::admin {

void Readiness::replace(Checks checks) {
  const std::lock_guard lock(mutex_);
  checks_ = std::move(checks);
}

void Readiness::warn_of(Checks checks) {
  const std::lock_guard lock(mutex_);
  warnings_ = std::move(checks);
}

std::map<std::string, std::string> Readiness::problems() const { return failing(checks_); }
std::map<std::string, std::string> Readiness::warnings() const { return failing(warnings_); }

std::map<std::string, std::string> Readiness::failing(const Checks& checks) const {
  std::map<std::string, std::string> sentences;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, check] : checks)
    if (auto sentence = check(); !sentence.empty()) sentences.emplace(name, std::move(sentence));
  return sentences;
}

}  // namespace pico::admin
