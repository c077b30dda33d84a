#include "pico/admin/readiness.hpp"

namespace pico::admin {

void Readiness::replace(std::vector<std::pair<std::string, Check>> checks) {
  const std::lock_guard lock(mutex_);
  checks_ = std::move(checks);
}

std::map<std::string, std::string> Readiness::problems() const {
  std::map<std::string, std::string> problems;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, check] : checks_)
    if (auto problem = check(); !problem.empty()) problems.emplace(name, std::move(problem));
  return problems;
}

}  // namespace pico::admin
