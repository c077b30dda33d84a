#include "geo.hpp"

#include <netinet/in.h>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "pico/core/text.hpp"
#include "pico/event/limits.hpp"

namespace pico::enrich {
namespace {

using Path = std::array<const char*, 4>;

std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s& entry, const char* const* path) {
  MMDB_entry_data_s data{};
  if (MMDB_aget_value(&entry, &data, path) != MMDB_SUCCESS || !data.has_data) return std::nullopt;
  return data;
}

/// Blank for what Postgres would not take, and for what is longer than any place's name: whoever made the file promised nothing.
std::string_view text_of(const MMDB_entry_data_s& data) {
  if (data.type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  const std::string_view text(data.utf8_string, data.data_size);
  return is_clean_text(text, event::limits::word) ? text : std::string_view{};
}

std::string_view text_at(MMDB_entry_s& entry, const Path& path) {
  const auto data = value_at(entry, path.data());
  return data ? text_of(*data) : std::string_view{};
}

float number_at(MMDB_entry_s& entry, const Path& path) {
  const auto data = value_at(entry, path.data());
  if (!data) return 0;
  const auto number = data->type == MMDB_DATA_TYPE_DOUBLE  ? static_cast<float>(data->double_value)
                      : data->type == MMDB_DATA_TYPE_FLOAT ? data->float_value
                                                           : 0.F;
  return std::isfinite(number) ? number : 0;
}

/// The English name, else the first one of the `names` map that the path leads to.
std::string_view name_at(MMDB_entry_s& entry, std::initializer_list<const char*> to_names) {
  std::array<const char*, 5> path{};
  std::ranges::copy(to_names, path.begin());
  const auto names = value_at(entry, path.data());
  if (!names || names->type != MMDB_DATA_TYPE_MAP) return {};
  MMDB_entry_s map{entry.mmdb, names->offset};
  if (const auto english = text_at(map, {"en"}); !english.empty()) return english;
  MMDB_entry_data_list_s* list = nullptr;
  const bool readable = MMDB_get_entry_data_list(&map, &list) == MMDB_SUCCESS;
  std::string_view name;  // the list is: the map, its first key, the first key's value, …
  if (const auto* value = readable && list->next ? list->next->next : nullptr) name = text_of(value->entry_data);
  MMDB_free_entry_data_list(list);  // there can be one even after a failure
  return name;
}

/// All codes of a letter and a letter or digit, one after the other, so that a look-up has one to point to in upper case.
constexpr std::string_view second_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr auto country_codes = [] {
  std::array<char, 26 * second_characters.size() * 2> codes{};
  std::size_t at = 0;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (const char second : second_characters) {
      codes[at++] = first;
      codes[at++] = second;
    }
  }
  return codes;
}();

/// In upper case; blank for what is no code and for the codes that stand for "not known" (XX, ZZ) and Tor (T1).
std::string_view country_of(std::string_view text) {
  if (text.size() != 2) return {};
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  const char first = upper(text[0]);
  const auto second = second_characters.find(upper(text[1]));
  if (first < 'A' || first > 'Z' || second == std::string_view::npos) return {};
  const auto index = static_cast<std::size_t>(first - 'A') * second_characters.size() + second;
  const std::string_view code(country_codes.data() + 2 * index, 2);
  return code == "XX" || code == "T1" || code == "ZZ" ? std::string_view{} : code;
}

event::Location flat_record(MMDB_entry_s& entry, std::string_view country) {
  return {country_of(country), text_at(entry, {"state1"}), text_at(entry, {"city"}), number_at(entry, {"latitude"}),
          number_at(entry, {"longitude"})};
}

event::Location nested_record(MMDB_entry_s& entry) {
  return {country_of(text_at(entry, {"country", "iso_code"})), name_at(entry, {"subdivisions", "0", "names"}),
          name_at(entry, {"city", "names"}), number_at(entry, {"location", "latitude"}),
          number_at(entry, {"location", "longitude"})};
}

Error cannot_open(const std::string& file, int status) {
  const bool unreadable = status == MMDB_IO_ERROR || status == MMDB_FILE_OPEN_ERROR;
  const std::string reason = unreadable ? "it cannot be read" : MMDB_strerror(status);
  return {Errc::io, "The geo database " + file + " cannot be used: " + reason +
                        ". Give a MaxMind-format .mmdb file that the server may read."};
}

}  // namespace

Result<std::shared_ptr<const GeoDatabase>> GeoDatabase::open(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return Error{Errc::not_found,
                 "There is no geo database at " + file + ". Put a MaxMind-format .mmdb file there, or set geoIpFile to one."};
  }
  std::shared_ptr<GeoDatabase> database(new GeoDatabase);
  const int status = MMDB_open(file.c_str(), MMDB_MODE_MMAP, &database->handle_);
  if (status != MMDB_SUCCESS) return cannot_open(file, status);
  database->open_ = true;
  return std::shared_ptr<const GeoDatabase>(std::move(database));
}

GeoDatabase::~GeoDatabase() {
  if (open_) MMDB_close(&handle_);
}

event::Location GeoDatabase::find(const IpAddress& address) const {
  if (!address.is_v4() && handle_.metadata.ip_version == 4) return {};
  int error = MMDB_SUCCESS;
  MMDB_lookup_result_s found;
  const auto& bytes = address.bytes();
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, bytes.data() + 12, 4);
    found = MMDB_lookup_sockaddr(&handle_, reinterpret_cast<const sockaddr*>(&v4), &error);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, bytes.data(), 16);
    found = MMDB_lookup_sockaddr(&handle_, reinterpret_cast<const sockaddr*>(&v6), &error);
  }
  if (error != MMDB_SUCCESS || !found.found_entry) return {};
  const auto flat = text_at(found.entry, {"country_code"});
  return flat.empty() ? nested_record(found.entry) : flat_record(found.entry, flat);
}

std::shared_ptr<const GeoDatabase> GeoSource::current() const {
  const std::lock_guard lock(mutex_);
  return database_;
}

void GeoSource::replace(std::shared_ptr<const GeoDatabase> database) {
  const std::lock_guard lock(mutex_);
  database_ = std::move(database);
  revision_.fetch_add(1, std::memory_order_release);
}

}  // namespace pico::enrich
