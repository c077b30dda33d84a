#include "connection_table.hpp"

namespace pico::http {

ConnectionTable::ConnectionTable(std::size_t max_all, std::size_t max_per_client)
    : max_all_(max_all), max_per_client_(max_per_client) {}

std::uint64_t ConnectionTable::id_of(const IpAddress& client) const {
  const auto prefix = client.client_prefix();
  const auto& bytes = prefix.bytes();
  return KeyedHasher(key_).field({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).digest();
}

ConnectionTable::Entry ConnectionTable::enter(const IpAddress& client, bool exempt, bool in_exchange) {
  if (all_.fetch_add(1) >= max_all_ && !in_exchange) {
    all_.fetch_sub(1);
    return Entry::full;
  }
  if (exempt) return Entry::in;
  const auto id = id_of(client);
  auto& shard = shards_[id % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  auto& open = shard.open[id];
  if (open >= max_per_client_) {
    all_.fetch_sub(1);
    return Entry::client_full;
  }
  ++open;
  return Entry::in;
}

void ConnectionTable::leave(const IpAddress& client, bool exempt) {
  all_.fetch_sub(1);
  if (exempt) return;
  const auto id = id_of(client);
  auto& shard = shards_[id % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.open.find(id);
  if (found != shard.open.end() && --found->second == 0) shard.open.erase(found);
}

}  // namespace pico::http
