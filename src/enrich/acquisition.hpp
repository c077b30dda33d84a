#pragma once
#include "campaign.hpp"
#include "pico/event/enriched.hpp"
#include "pico/event/raw.hpp"
#include "referrer.hpp"
#include "source.hpp"

namespace pico::enrich {

/// How a visit came about: campaign tags, referrer, source and channel of one event. One thread (it owns scratch memory).
class AcquisitionReader {
 public:
  /// `sources` must outlive this.
  explicit AcquisitionReader(const Sources& sources) : sources_(sources) {}

  /// The views live until the next call, and no longer than `raw`.
  event::Acquisition read(const event::Raw& raw);

 private:
  const Sources& sources_;
  CampaignReader campaigns_;
  Referrer referrer_;
};

}  // namespace pico::enrich
