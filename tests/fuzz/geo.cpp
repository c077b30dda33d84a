// The geo database: a damaged file must give an error or blanks.
#include "geo.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "clean.hpp"
#include "fuzz.hpp"

using namespace pico;

/// MMDB_open of libmaxminddb 1.7 forgets a few kilobytes when it refuses a damaged file. It is called at a start and on SIGHUP only.
extern "C" const char* __lsan_default_suppressions() { return "leak:libmaxminddb"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = memfd_create("geo", MFD_CLOEXEC);
  fuzz::require(file >= 0 && write(file, data, size) == static_cast<ssize_t>(size), "there is room for the file");
  if (const auto database = enrich::GeoDatabase::open("/proc/self/fd/" + std::to_string(file))) {
    for (const auto* address : {"81.2.69.142", "1.0.0.1", "255.255.255.255", "2001:db8::1", "::1", "0.0.0.0"}) {
      const auto location = (*database)->find(*IpAddress::parse(address));
      fuzz::require(location.country.empty() || location.country.size() == 2, "a country is two letters or blank");
      for (const auto text : {location.subdivision, location.city}) fuzz::require_clean(text, event::limits::word);
    }
  }
  close(file);
  return 0;
}
