#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "pico/core/ip_address.hpp"
#include "pico/storage/connection.hpp"

/// Looks for what must not be there: visitors' IP addresses and User-Agents, in the database and in files. What counts as one stands
/// in docs/security.md. One thread; nothing is changed.
namespace pico::audit {

struct Options {
  /// Addresses that are known to have been sent. They are looked for as bytes as well: the general search sees text only.
  std::vector<IpAddress> addresses;
  std::vector<std::string> user_agents;  ///< likewise, for those that no rule would know
  std::vector<IpAddress> allowed;        ///< may be there, however written: the server's own, a version in a page's path
};

/// How often each thing was found in one place ("an IPv4 address" → 3). What was found is not repeated: the report may be passed on.
using Hits = std::map<std::string, std::uint64_t>;

struct Report {
  std::map<std::string, Hits> found;   ///< by place: a column or a file
  std::vector<std::string> not_seen;   ///< what could not be looked at, and why
  std::uint64_t tables = 0, columns = 0, values = 0, files = 0, bytes = 0;
};

/// Every table of the schema `pico`: each column must be one that columns.txt declares, and the contents of all that can hold text
/// or bytes are searched.
void search_database(storage::Connection& connection, const Options& options, Report& report);

/// A file, or all files of a folder and its folders but those named in `except`. Links are not followed.
void search_files(const std::filesystem::path& path, const std::vector<std::filesystem::path>& except, const Options& options,
                  Report& report);

}  // namespace pico::audit
