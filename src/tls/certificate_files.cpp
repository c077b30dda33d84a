#include "pico/tls/certificate_files.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace pico::tls {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours ticket_key_age{24};
constexpr std::uintmax_t max_file_bytes = 1 << 20;

Result<std::string> read_file(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (!error && size > max_file_bytes) return Error{Errc::invalid, fmt::format("{} is too large to be a certificate or a key", path.string())};
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && text << file.rdbuf()) return text.str();
  // Nothing was copied. Without a reason of the system's there was nothing to copy, which is how a writer that was interrupted leaves a file.
  if (errno == 0) return Error{Errc::invalid, fmt::format("{} is empty", path.string())};
  return Error{Errc::io, fmt::format("cannot read {}: {}", path.string(), std::strerror(errno))};
}

Result<Identity> read_pair(const CertificateFilesOptions& options) {
  auto chain = read_file(options.certificate);
  if (!chain) return chain.error();
  auto key = read_file(options.key);
  if (!key) return key.error();
  return Identity{std::move(*chain), std::move(*key)};
}

}  // namespace

CertificateFiles::CertificateFiles(CertificateFilesOptions options, ServerContexts& contexts, const Clock& clock, metrics::Registry& registry)
    : options_(std::move(options)), contexts_(contexts), clock_(clock),
      reloads_(registry.counter("picolytics_tls_reloads_total", "Times the certificate's files were read, but for the first.", {{"result", "ok"}})),
      failures_(registry.counter("picolytics_tls_reloads_total", "Times the certificate's files were read, but for the first.", {{"result", "failed"}})) {}

CertificateFiles::~CertificateFiles() { stop(); }

CertificateFiles::Stamp CertificateFiles::stamp() const {
  Stamp stamp{};
  for (std::size_t i = 0; i < 2; ++i) {
    struct stat status {};
    if (::stat((i == 0 ? options_.certificate : options_.key).c_str(), &status) != 0) continue;
    const std::array<std::int64_t, 4> one{static_cast<std::int64_t>(status.st_ino), status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    std::copy(one.begin(), one.end(), stamp.begin() + static_cast<std::ptrdiff_t>(4 * i));
  }
  return stamp;
}

Result<void> CertificateFiles::load() {
  read_ = stamp();  // first: what changes meanwhile is seen as a change
  auto pair = read_pair(options_);
  auto used = pair ? contexts_.use(std::move(*pair)) : Result<void>(pair.error());
  if (!used) return Error{used.error().code, fmt::format("tlsCertFile and tlsKeyFile: {}", used.error().message)};
  return {};
}

void CertificateFiles::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  pthread_setname_np(thread_.native_handle(), "tls-files");
}

void CertificateFiles::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void CertificateFiles::reload() {
  const std::lock_guard lock(mutex_);
  asked_ = true;
  wake_.notify_all();
}

void CertificateFiles::run(const std::stop_token& stop) {
  auto seen = read_;
  auto ticket_keys_since = std::chrono::steady_clock::now();
  for (;;) {
    bool asked = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, options_.look_every, [this] { return asked_; });
      asked = std::exchange(asked_, false);
    }
    if (stop.stop_requested()) return;
    const auto now = stamp();
    if (asked || (now != read_ && now == seen)) read_again();
    seen = now;
    if (std::chrono::steady_clock::now() - ticket_keys_since < ticket_key_age) continue;
    contexts_.renew_ticket_keys();
    ticket_keys_since = std::chrono::steady_clock::now();
  }
}

void CertificateFiles::read_again() {
  auto outcome = load();
  if (outcome) {
    reloads_.Increment();
    spdlog::info("the certificate was read again: it holds until {}", to_string(contexts_.validity()->not_after));
  } else {
    failures_.Increment();
    spdlog::warn("the certificate in use stays: {}", outcome.error().message);
  }
  const std::lock_guard lock(mutex_);
  failure_ = outcome ? "" : outcome.error().message;
}

std::string CertificateFiles::problem() const {
  const auto validity = contexts_.validity();
  if (!validity || !validity->holds(clock_.now())) return "the certificate in tlsCertFile has run out, or does not hold yet";
  const std::lock_guard lock(mutex_);
  return failure_.empty() ? "" : "an earlier certificate stays in use: " + failure_;
}

}  // namespace pico::tls
