#pragma once
#include <string>

#include "bench/stats/model.hpp"
#include "pico/storage/connection.hpp"

namespace pico::bench {

/// Makes the sites and goals; both ways of writing do so first.
void create_sites(storage::Connection& connection, const Model& model);

/// Writes the model's traffic as the writer would leave it, without its work: words first, then day by day the facts, sorted by time, by
/// binary COPY straight into the partitions; at the end what autovacuum would do by then. What differs: pico.visits.rev is 1 everywhere,
/// words remember the last month of all, and the feed is empty, as it is after ten minutes.
/// An empty, migrated database. Returns the seconds it took.
double load(storage::Connection& connection, const Model& model);

/// Writes the same traffic through a journal and the real writer. Returns the seconds from the first batch on.
double write(const std::string& conninfo, const Model& model);

/// vacuum, analyze, checkpoint: what has happened to a database by the time that anybody asks it.
void settle(storage::Connection& connection);

}  // namespace pico::bench
