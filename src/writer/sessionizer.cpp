#include "sessionizer.hpp"

#include <cassert>
#include <optional>
#include <tuple>

namespace pico::writer {
namespace {

using storage::Visit;

/// A visit in the making. Moments are absolute here and become offsets at the end, when the start is known.
struct Chain {
  Instant first, last;
  std::int32_t pageviews = 0, events = 0;
  std::int16_t flags = 0;
  Instant entry_at, exit_at;  // of no meaning while events is 0
  storage::WordId exit_page = 0;
  storage::Origin origin;
  const Hit* entry_hit = nullptr;   // set: the origin is this event's and not looked up yet
  const Visit* existing = nullptr;  // the existing visit of the smallest ordinal in it
};

std::int32_t milliseconds_between(Instant from, Instant to) {
  return static_cast<std::int32_t>((to - from).count());
}

Chain chain_of(const Visit& visit) {
  return {.first = visit.started_at,
          .last = visit.last_at,
          .pageviews = visit.pageviews,
          .events = visit.events,
          .flags = visit.flags,
          .entry_at = visit.started_at + std::chrono::milliseconds(visit.entry_ms),
          .exit_at = visit.started_at + std::chrono::milliseconds(visit.exit_ms),
          .exit_page = visit.exit_page,
          .origin = visit.origin,
          .existing = &visit};
}

bool ends_bounce(const Hit& hit) {
  return event::ends_bounce(hit.kind) || (hit.kind == event::Kind::custom && hit.interactive);
}

Chain chain_of(const Hit& hit) {
  Chain chain;
  chain.first = chain.last = hit.at;
  if (!event::is_row(hit.kind)) return chain;
  chain.events = 1;
  chain.pageviews = event::is_pageview(hit.kind) ? 1 : 0;
  chain.flags = ends_bounce(hit) ? storage::bounce_ended : std::int16_t{0};
  chain.entry_at = chain.exit_at = hit.at;
  chain.exit_page = hit.page;
  chain.entry_hit = &hit;
  return chain;
}

/// Joins chains. Commutative and associative; the tests compare it with a cut through all events.
class Joiner {
 public:
  explicit Joiner(const OriginOf& origin_of) : origin_of_(origin_of) {}

  void absorb(Chain& into, Chain& other) const {
    if (other.events > 0) {
      if (into.events == 0 || enters_earlier(other, into)) take_entry(into, other);
      if (into.events == 0 || exit_rank(other) > exit_rank(into)) into.exit_at = other.exit_at, into.exit_page = other.exit_page;
    }
    into.first = std::min(into.first, other.first);
    into.last = std::max(into.last, other.last);
    into.pageviews += other.pageviews;
    into.events += other.events;
    into.flags |= other.flags;
    if (other.existing != nullptr && (into.existing == nullptr || other.existing->ordinal < into.existing->ordinal)) {
      into.existing = other.existing;
    }
  }

  void resolve(Chain& chain) const {
    if (chain.entry_hit == nullptr) return;
    chain.origin = origin_of_(*chain.entry_hit);
    chain.entry_hit = nullptr;
  }

 private:
  /// Within one millisecond the smaller content wins, so that the order of arrival does not matter.
  [[nodiscard]] bool enters_earlier(Chain& a, Chain& b) const {
    if (a.entry_at != b.entry_at) return a.entry_at < b.entry_at;
    resolve(a);
    resolve(b);
    return a.origin < b.origin;
  }

  static void take_entry(Chain& into, const Chain& from) {
    into.entry_at = from.entry_at;
    into.origin = from.origin;
    into.entry_hit = from.entry_hit;
  }

  /// A pageview goes before every other event, then the later one, then the greater page id.
  static std::tuple<bool, Instant, storage::WordId> exit_rank(const Chain& chain) {
    return {chain.pageviews > 0, chain.exit_at, chain.exit_page};
  }

  const OriginOf& origin_of_;
};

Visit visit_of(const Chain& chain, std::uint16_t ordinal) {
  return {.started_at = chain.first,
          .last_at = chain.last,
          .origin = chain.origin,
          .exit_page = chain.exit_page,
          .pageviews = chain.pageviews,
          .events = chain.events,
          .entry_ms = chain.events > 0 ? milliseconds_between(chain.first, chain.entry_at) : 0,
          .exit_ms = chain.events > 0 ? milliseconds_between(chain.first, chain.exit_at) : 0,
          .ordinal = ordinal,
          .flags = chain.flags};
}

/// Hands out the smallest ordinals that no visit had before.
class Ordinals {
 public:
  explicit Ordinals(std::span<const Visit> existing) {
    for (const auto& visit : existing) taken_.push_back(visit.ordinal);
    std::sort(taken_.begin(), taken_.end());
  }
  std::uint16_t next() {
    while (position_ < taken_.size() && taken_[position_] == next_) ++position_, ++next_;
    assert(next_ <= storage::max_ordinal);
    return next_++;
  }

 private:
  std::vector<std::uint16_t> taken_;
  std::size_t position_ = 0;
  std::uint16_t next_ = 0;
};

/// A piece to be joined: an existing visit or a new event, and where in the input it stands.
struct Piece {
  Chain chain;
  const Visit* visit = nullptr;
  std::size_t hit = 0;
};

std::vector<Piece> pieces_by_time(std::span<const Visit> existing, std::span<const Hit> hits) {
  std::vector<Piece> pieces;
  pieces.reserve(existing.size() + hits.size());
  for (const auto& visit : existing) pieces.push_back({chain_of(visit), &visit, 0});
  for (std::size_t i = 0; i < hits.size(); ++i) pieces.push_back({chain_of(hits[i]), nullptr, i});
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.chain.first < b.chain.first; });
  return pieces;
}

/// Records one finished chain, which the given pieces make up.
void finish(Sessions& out, const Chain& chain, std::span<const Piece> pieces, Ordinals& ordinals) {
  const auto ordinal = chain.existing != nullptr ? chain.existing->ordinal : ordinals.next();
  out.visits.push_back(visit_of(chain, ordinal));
  out.changed.push_back(chain.existing == nullptr || out.visits.back() != *chain.existing);
  for (const auto& piece : pieces) {
    if (piece.visit == nullptr) {
      out.ordinal_of[piece.hit] = ordinal;
    } else if (piece.visit->ordinal != ordinal) {
      out.merges.push_back({piece.visit->ordinal, ordinal, piece.visit->started_at, piece.visit->last_at});
    }
  }
}

}  // namespace

bool Sessions::any_change() const {
  return std::find(changed.begin(), changed.end(), true) != changed.end();
}

Sessions sessionize(std::span<const Visit> existing, std::span<const Hit> hits, std::chrono::milliseconds timeout,
                    const OriginOf& origin_of) {
  Sessions out;
  out.ordinal_of.resize(hits.size());
  Ordinals ordinals(existing);
  const Joiner joiner(origin_of);
  auto pieces = pieces_by_time(existing, hits);
  for (std::size_t begin = 0, end = 0; begin < pieces.size(); begin = end) {
    Chain chain = pieces[begin].chain;
    for (end = begin + 1; end < pieces.size() && pieces[end].chain.first - chain.last <= timeout; ++end) {
      joiner.absorb(chain, pieces[end].chain);
    }
    joiner.resolve(chain);
    finish(out, chain, std::span(pieces).subspan(begin, end - begin), ordinals);
  }
  return out;
}

}  // namespace pico::writer
