#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "intake.hpp"
#include "inserts_metrics.hpp"
#include "pico/http/pipes.hpp"
#include "pico/writer/bulk_writer.hpp"

/// What the threads that insert do with one request, or with several at once.
namespace pico::api::micro_analytics {

using Answer = std::function<void(http::Response)>;

/// A visit that was handed in alone.
struct ItemJob {
  std::string site, body;
  Answer answer;
};

struct ListJob {
  std::optional<std::string> site;  ///< nullopt: each item says its own
  std::shared_ptr<http::BodyPipe> body;
  Answer answer;
};

/// Of one thread. What is given by reference must outlive it.
class Storing {
 public:
  Storing(const MicroInsertOptions& options, writer::BulkWriter& writer, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts,
          const enrich::Sites& sites, const InsertsMetrics& metrics, const Clock& clock)
      : options_(options), writer_(writer), metrics_(metrics), intake_(options, std::move(knowledge), salts, sites, clock) {}

  /// Stores all in one transaction and answers each. Who is at fault is told so and holds up nobody else.
  void store(std::vector<ItemJob> jobs);
  void store(ListJob job);

 private:
  struct Reading;
  void store_alone(std::vector<ItemJob> jobs);
  std::optional<Fault> read(const ItemJob& job, Spool& spool);
  Reading read(const ListJob& job, Spool& spool);
  std::optional<Fault> take_listed(const Item& item, const std::optional<std::string>& site, Spool& spool, Reading& reading);
  /// `without_site`: how many were not stored because their site has just been removed, where sites are listed.
  std::optional<Fault> write(Spool& spool, std::uint64_t& without_site);
  [[nodiscard]] Spool::Options spool_options() const;
  void answer(const Answer& answer, const std::optional<Fault>& fault) const;

  const MicroInsertOptions& options_;
  writer::BulkWriter& writer_;
  const InsertsMetrics& metrics_;
  Intake intake_;
};

}  // namespace pico::api::micro_analytics
