#include "binaries.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace pico::storage::embedded {
namespace {

namespace fs = std::filesystem;

constexpr const char* distribution_dir = "/usr/lib/postgresql";

/// Asks `postgres --version`: "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)". 0 when it cannot be run.
int version_of(const fs::path& bin_dir) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return 0;
  const auto child =
      start_child({.program = bin_dir / "postgres", .arguments = {"--version"}, .output = ends[1]}, Account{0, 0, {}, false});
  close(ends[1]);
  std::string output(256, '\0');
  const auto size = read(ends[0], output.data(), output.size());
  close(ends[0]);
  if (child) wait_for_child(*child, std::chrono::seconds(10));
  output.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  const auto digits = output.find_first_of("0123456789");
  return digits == std::string::npos ? 0 : std::atoi(output.c_str() + digits);
}

bool complete(const fs::path& bin_dir) {
  return access((bin_dir / "postgres").c_str(), X_OK) == 0 && access((bin_dir / "initdb").c_str(), X_OK) == 0;
}

/// Debian's folder per major version, and the PATH as other distributions have it.
std::vector<fs::path> usual_places() {
  std::vector<fs::path> places;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(distribution_dir, none)) places.push_back(entry.path() / "bin");
  const char* const variable = std::getenv("PATH");
  const std::string path = variable != nullptr ? variable : "";
  for (std::size_t begin = 0, end; begin < path.size(); begin = end + 1) {
    end = std::min(path.find(':', begin), path.size());
    places.emplace_back(path.substr(begin, end - begin));
  }
  return places;
}

}  // namespace

Result<Binaries> find_binaries(const fs::path& wanted, int cluster_version) {
  Binaries best{{}, 0};
  for (const auto& place : wanted.empty() ? usual_places() : std::vector{wanted}) {
    if (!complete(place)) continue;
    const Binaries found{place, version_of(place)};
    if (found.version != 0 && found.version == cluster_version) return found;
    if (found.version > best.version) best = found;
  }
  if (best.version == 0) {
    return Error{Errc::not_found,
                 fmt::format("Postgres' programs 'postgres' and 'initdb' are not in {}; install the Debian package "
                             "'postgresql', or set pgBinDir, or use your own Postgres (pgConnString)",
                             wanted.empty() ? fmt::format("{}/*/bin or the PATH", distribution_dir) : wanted.string())};
  }
  if (cluster_version != 0) {
    return Error{Errc::conflict,
                 fmt::format("the embedded database was made by Postgres {0}, but {1} has Postgres {2}; install Postgres "
                             "{0} as well, or upgrade the cluster with pg_upgrade",
                             cluster_version, best.bin_dir.string(), best.version)};
  }
  return best;
}

int cluster_version(const fs::path& cluster) {
  int version = 0;
  std::ifstream(cluster / "PG_VERSION") >> version;
  return version;
}

}  // namespace pico::storage::embedded
