#include "pico/enrich/arrival.hpp"

#include "acquisition.hpp"

namespace pico::enrich {

struct ArrivalReader::Impl {
  Sources sources;
  AcquisitionReader acquisitions{sources};
  event::Raw raw;  // its strings keep their memory from one event to the next
};

ArrivalReader::ArrivalReader() : impl_(std::make_unique<Impl>()) {}
ArrivalReader::~ArrivalReader() = default;

event::Acquisition ArrivalReader::read(const Arrival& arrival) {
  auto& raw = impl_->raw;
  raw.domain = arrival.site;
  raw.hostname = arrival.hostname;
  raw.referrer = arrival.referrer;
  raw.utm_source = arrival.utm_source;
  raw.utm_medium = arrival.utm_medium;
  raw.utm_campaign = arrival.utm_campaign;
  raw.utm_content = arrival.utm_content;
  raw.utm_term = arrival.utm_term;
  return impl_->acquisitions.read(raw);
}

}  // namespace pico::enrich
