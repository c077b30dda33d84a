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
  /// By name; empty when ready.
  [[nodiscard]] std::map<std::string, std::string> problems() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, Check>> checks_;  // guarded by mutex_
};

}  // namespace pico::admin
