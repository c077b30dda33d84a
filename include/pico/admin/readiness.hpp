#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace pico::admin {

/// What must hold for the server to be ready: named checks, each of which returns a sentence saying what is wrong, or nothing. They are
/// called on an io thread and must not block. Thread-safe.
class Readiness {
 public:
  using Check = std::function<std::string()>;

  /// Takes these checks in place of all there were.
  void replace(std::vector<std::pair<std::string, Check>> checks);
  /// Takes these in place of all that were to be warned of: what is not well, but leaves the server ready.
  void warn_of(std::vector<std::pair<std::string, Check>> checks);
  /// By name; empty when ready.
  [[nodiscard]] std::map<std::string, std::string> problems() const;
  [[nodiscard]] std::map<std::string, std::string> warnings() const;

 private:
  using Checks = std::vector<std::pair<std::string, Check>>;
  [[nodiscard]] std::map<std::string, std::string> failing(const Checks& checks) const;

  mutable std::mutex mutex_;
  Checks checks_, warnings_;  // guarded by mutex_
};

}  // namespace pico::admin
