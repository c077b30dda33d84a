#include "settings.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace pico::storage::embedded {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

/// A cgroup's memory limit (version 2, then 1); `unlimited` when there is none.
std::uint64_t container_memory(std::uint64_t unlimited) {
  std::uint64_t bytes = 0;
  for (const char* file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    if (std::ifstream(file) >> bytes) return bytes;  // "max" is not a number
  }
  return unlimited;
}

std::uint64_t share(std::uint64_t memory, std::uint64_t divisor, std::uint64_t least_mib, std::uint64_t most_mib) {
  return std::clamp(memory / divisor / mebibyte, least_mib, most_mib);
}

}  // namespace

Machine this_machine() {
  const auto physical = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  struct statvfs shm {};
  const bool has_shm = statvfs("/dev/shm", &shm) == 0;
  return {std::min(physical, container_memory(physical)), std::max(1U, std::thread::hardware_concurrency()),
          has_shm ? static_cast<std::uint64_t>(shm.f_blocks) * shm.f_frsize : 0};
}

std::string tuning(const Machine& machine) {
  const auto memory = machine.memory_bytes;
  const unsigned helpers = std::clamp(machine.processors, 2U, 8U);
  return fmt::format(
      "# Written by picolytics at every start. Put your own settings at the end of postgresql.conf: they win.\n"
      "shared_buffers = {}MB\n"
      "effective_cache_size = {}MB\n"
      "work_mem = {}MB\n"
      "maintenance_work_mem = {}MB\n"
      "max_connections = 60\n"
      "max_locks_per_transaction = 256\n"  // a query over years touches some thousand partitions and indexes
      "max_parallel_workers = {}\n"
      "max_parallel_workers_per_gather = {}\n"
      "max_wal_size = 1GB\n"
      "checkpoint_timeout = 15min\n"
      "wal_compression = on\n"
      "random_page_cost = 1.1\n"
      "enable_partitionwise_join = on\n"  // events with their visits, month by month
      "jit = off\n"
      // Containers often have 64 MB of /dev/shm, and parallel queries that need more would fail.
      "dynamic_shared_memory_type = {}\n",
      share(memory, 8, 32, 1024), share(memory, 2, 128, 1 << 20), share(memory, 128, 8, 64), share(memory, 32, 32, 256), helpers,
      helpers / 2, machine.shared_memory_bytes < 512 * mebibyte ? "mmap" : "posix");
}

std::vector<std::string> fixed_arguments(const std::filesystem::path& cluster, const std::filesystem::path& socket_dir) {
  std::vector<std::string> arguments{"-D", cluster.string(), "-k", socket_dir.string()};
  for (const char* setting :
       {"listen_addresses=",
        "port=5432",
        "unix_socket_permissions=0700",
        "logging_collector=off",
        "log_destination=stderr",
        "log_min_messages=log",  // no errors of statements: they quote values. The server reports those it gets.
        "log_min_error_statement=panic",
        "log_statement=none",
        "log_min_duration_statement=-1",
        "log_min_duration_sample=-1",
        "log_parameter_max_length=0",
        "log_parameter_max_length_on_error=0",
        "log_error_verbosity=terse",
        "log_checkpoints=off",
        "log_lock_waits=off",
        "log_temp_files=-1",
        "log_autovacuum_min_duration=-1",
        "log_timezone=UTC",
        "debug_print_parse=off",
        "debug_print_rewritten=off",
        "debug_print_plan=off",
        "fsync=on",
        "full_page_writes=on"}) {
    arguments.insert(arguments.end(), {"-c", setting});
  }
  return arguments;
}

}  // namespace pico::storage::embedded
