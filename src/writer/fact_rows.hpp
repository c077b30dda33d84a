#pragma once
#include <map>
#include <vector>

#include "pico/storage/ingest.hpp"
#include "pico/writer/bulk_writer.hpp"
#include "word_book.hpp"

namespace pico::writer {

/// Where an event belongs.
struct Place {
  storage::SiteId site = 0;
  std::int64_t visit = 0;
  storage::WordId page = 0;
};

/// The rows of everything but visits. The texts of the events must live until write().
class FactRows {
 public:
  explicit FactRows(WordBook& words) : words_(words) {}

  void add(const event::Enriched& event, const Place& place, bool micro = false);
  /// number: orders those of the same moment.
  void add_micro(const event::Enriched& event, const Place& place, const MicroFields& fields, std::int32_t number);
  /// Hands all to the batch. The words must have been written.
  void write(storage::Ingest::Batch& batch);

 private:
  WordBook& words_;
  std::vector<storage::EventRow> events_;
  std::vector<storage::DetailRow> details_;
  std::vector<storage::EngagementRow> engagement_;
  std::vector<storage::MicroRow> micro_;
  std::vector<storage::MicroAddressRow> addresses_;
  std::map<std::pair<storage::SiteId, Day>, std::int64_t> opt_outs_;
};

}  // namespace pico::writer
