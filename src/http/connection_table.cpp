#include "connection_table.hpp"

namespace pico::http {

ConnectionTable::ConnectionTable(std::size_t max_all, std::size_t max_per_client)
    : max_all_(max_all), max_per_client_(max_per_client) {}

std::uint64_t ConnectionTable::id_of(const IpAddress& client) const {
  const auto prefix = client.client_prefix();
  const auto& bytes = prefix.bytes();
  return KeyedHasher(key_).field({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).digest();
}

bool ConnectionTable::enter_all(bool in_exchange) {
  if (all_.fetch_add(1) < max_all_ || in_exchange) return true;
  all_.fetch_sub(1);
  return false;
}

// The client's own cap goes first: for a client that is over it nobody else shall have to leave.
ConnectionTable::Entry ConnectionTable::enter(const IpAddress& client, bool exempt, bool in_exchange) {
  if (exempt) return enter_all(in_exchange) ? Entry::in : Entry::full;
  const auto id = id_of(client);
  auto& shard = shards_[id % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  const auto own = shard.open.try_emplace(id).first;
  const auto entry = own->second >= max_per_client_ ? Entry::client_full : enter_all(in_exchange) ? Entry::in : Entry::full;
  if (entry == Entry::in) ++own->second;
  else if (own->second == 0) shard.open.erase(own);
  return entry;
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
