#include "pico/admin/system_metrics.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace pico::admin {
namespace {

using metrics::Gauge;
using metrics::Registry;

struct Process {
  explicit Process(Registry& registry)
      : resident(registry.gauge("process_resident_memory_bytes", "Resident memory size in bytes.")),
        virtual_size(registry.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.")),
        cpu(registry.gauge("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.")),
        threads(registry.gauge("process_threads", "Number of threads.")),
        open_fds(registry.gauge("process_open_fds", "Number of open file descriptors.")) {}

  void update() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    const auto after_name = line.rfind(')');  // the name may hold spaces and brackets
    if (after_name == std::string::npos) return;
    std::istringstream fields(line.substr(after_name + 2));
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    double user_ticks = 0, system_ticks = 0, count = 0, virtual_bytes = 0, resident_pages = 0;
    fields >> user_ticks >> system_ticks;
    for (int field = 16; field < 20; ++field) fields >> skipped;
    fields >> count >> skipped >> skipped >> virtual_bytes >> resident_pages;
    cpu.Set((user_ticks + system_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK)));
    threads.Set(count);
    virtual_size.Set(virtual_bytes);
    resident.Set(resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
    std::error_code error;
    std::filesystem::directory_iterator fds("/proc/self/fd", error);
    if (!error) open_fds.Set(static_cast<double>(std::distance(begin(fds), end(fds))));
  }

  Gauge& resident;
  Gauge& virtual_size;
  Gauge& cpu;
  Gauge& threads;
  Gauge& open_fds;
};

struct Host {
  explicit Host(Registry& registry)
      : load_one(registry.gauge("picolytics_host_load_one", "Load average over one minute.")),
        load_five(registry.gauge("picolytics_host_load_five", "Load average over five minutes.")),
        load_fifteen(registry.gauge("picolytics_host_load_fifteen", "Load average over fifteen minutes.")),
        memory_available(registry.gauge("picolytics_host_mem_available", "Memory available, in bytes.")),
        memory_used(registry.gauge("picolytics_host_mem_used", "Memory used, in bytes.")),
        memory_total(registry.gauge("picolytics_host_mem_total", "Memory in all, in bytes.")),
        cpu_idle(registry.gauge("picolytics_host_cpu_idle_pct", "Processor time spent idle since the last scrape, in percent.")) {}

  void update() {
    double one = 0, five = 0, fifteen = 0;
    std::ifstream("/proc/loadavg") >> one >> five >> fifteen;
    load_one.Set(one);
    load_five.Set(five);
    load_fifteen.Set(fifteen);
    update_memory();
    update_cpu();
  }

  void update_memory() {
    std::ifstream file("/proc/meminfo");
    std::string name, unit;
    double total = 0, available = 0, kilobytes = 0;
    while (file >> name >> kilobytes && std::getline(file, unit)) {
      if (name == "MemTotal:") total = kilobytes * 1024;
      if (name == "MemAvailable:") available = kilobytes * 1024;
    }
    memory_total.Set(total);
    memory_available.Set(available);
    memory_used.Set(total - available);
  }

  void update_cpu() {
    std::ifstream file("/proc/stat");
    std::string name;
    double ticks = 0, all = 0, idle = 0;
    file >> name;
    for (int field = 0; field < 8 && file >> ticks; ++field) {
      all += ticks;
      if (field == 3 || field == 4) idle += ticks;  // idle and waiting for a disk
    }
    if (all > last_all_) cpu_idle.Set(100 * (idle - last_idle_) / (all - last_all_));
    last_all_ = all;
    last_idle_ = idle;
  }

  Gauge& load_one;
  Gauge& load_five;
  Gauge& load_fifteen;
  Gauge& memory_available;
  Gauge& memory_used;
  Gauge& memory_total;
  Gauge& cpu_idle;
  double last_all_ = 0, last_idle_ = 0;
};

}  // namespace

struct SystemMetrics::Impl {
  explicit Impl(Registry& registry) : process(registry) {}
  void update() {
    process.update();
    if (host) host->update();
  }
  Process process;
  std::optional<Host> host;
  std::shared_ptr<void> sampler;  // last: it uses the rest
};

SystemMetrics::SystemMetrics(Registry& registry, const Build& build, bool host_metrics)
    : impl_(std::make_unique<Impl>(registry)) {
  if (host_metrics) impl_->host.emplace(registry);
  utsname system{};
  uname(&system);
  registry
      .gauge("picolytics_build_info", "What is running; always 1.",
             {{"version", build.version},
              {"commit", build.commit},
              {"branch", build.branch},
              {"os", "linux"},
              {"arch", system.machine},
              {"compiler", "g++ " __VERSION__},
              {"goversion", "none"}})  // a label of the original's, which its dashboard shows
      .Set(1);
  impl_->sampler = registry.before_expose([this] { impl_->update(); });
}

SystemMetrics::~SystemMetrics() = default;

}  // namespace pico::admin
