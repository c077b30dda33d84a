#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "binary_result.hpp"
#include "pico/storage/ingest.hpp"

namespace pico::storage {

struct Ingest::Impl {
  Impl(Connection opened, int parts, const Owner& whose);

  /// Runs the embedded statement of that name, prepared at its first use, with binary parameters; the answer is binary too.
  PgResult run(const std::string& name, const std::vector<std::string>& parameters);
  /// The same, but planned for these very parameters each time: of a partitioned table only what they leave is opened and locked.
  PgResult run_planned(const std::string& name, const std::vector<std::string>& parameters);
  /// Sends rows, already in the binary form of COPY without header and trailer.
  void copy(const char* statement, const std::string& rows);

  PgResult checked(PGresult* answer);

  Connection connection;
  int hash_parts;
  Owner owner;
  HashKey word_key;
  std::set<std::string> prepared;
};

/// Rows that an INSERT, UPDATE or DELETE touched.
std::size_t affected(const PgResult& result);

}  // namespace pico::storage
