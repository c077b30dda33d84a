#pragma once
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/tls/server_contexts.hpp"

namespace pico::tls {

struct CertificateFilesOptions {
  std::filesystem::path certificate, key;  ///< PEM
  std::chrono::milliseconds look_every{2000};
};

/// Serves a certificate out of two files and looks for new ones, on a thread of its own (`tls-files`): when reload() says so, and when the
/// files have changed and then stood still from one look to the next, so that a pair is not read while it is being replaced. A pair that
/// cannot be used leaves the earlier one in place: a warning, a metric and problem() tell. All functions may be called from any thread.
class CertificateFiles {
 public:
  CertificateFiles(CertificateFilesOptions options, ServerContexts& contexts, const Clock& clock, metrics::Registry& registry);
  ~CertificateFiles();

  /// The first time, on the caller's thread. Errc::io or Errc::invalid.
  Result<void> load();
  void start();
  /// Reads the files soon, changed or not.
  void reload();
  void stop();
  /// Empty, or a sentence for people: the certificate has run out, or the files cannot be used.
  [[nodiscard]] std::string problem() const;

 private:
  /// Inode, size and time of both files, links followed: tells whether they are others than before.
  using Stamp = std::array<std::int64_t, 8>;
  [[nodiscard]] Stamp stamp() const;
  void run(const std::stop_token& stop);
  void read_again();

  const CertificateFilesOptions options_;
  ServerContexts& contexts_;
  const Clock& clock_;
  metrics::Counter& reloads_;
  metrics::Counter& failures_;
  Stamp read_{};  // of load(): the starter's, then the thread's
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  bool asked_ = false;   // guarded by mutex_
  std::string failure_;  // guarded by mutex_: of the latest reading
  std::jthread thread_;
};

}  // namespace pico::tls
