#include <algorithm>
#include <tuple>

#include "binary.hpp"
#include "ingest_impl.hpp"

namespace pico::storage {
namespace {

/// In key order, one row a key: of several months the latest.
template <class Word>
void sort_by_site(std::vector<Word>& words) {
  std::sort(words.begin(), words.end(),
            [](const Word& a, const Word& b) { return std::tie(a.site, a.id, b.month) < std::tie(b.site, b.id, a.month); });
  const auto same = [](const Word& a, const Word& b) { return a.site == b.site && a.id == b.id; };
  words.erase(std::unique(words.begin(), words.end(), same), words.end());
}

template <class Word>
void sort_by_id(std::vector<Word>& words) {
  std::sort(words.begin(), words.end(), [](const Word& a, const Word& b) { return a.id < b.id; });
  const auto same = [](const Word& a, const Word& b) { return a.id == b.id; };
  words.erase(std::unique(words.begin(), words.end(), same), words.end());
}

/// One array a member, in the order given.
template <class Words, class... Members>
std::vector<std::string> columns(const Words& words, Members... members) {
  return {binary::array(words, [&](const auto& word) { return std::invoke(members, word); })...};
}
template <class Word, class Content, class Member>
auto of_content(Content Word::*content, Member Content::*member) {
  return [=](const Word& word) { return word.*content.*member; };
}

std::vector<std::string> columns_of(const std::vector<PageWord>& words) {
  return columns(words, &PageWord::site, &PageWord::id, &PageWord::month, &PageWord::hostname, &PageWord::path);
}
std::vector<std::string> columns_of(const std::vector<AcquisitionWord>& words) {
  using A = event::Acquisition;
  const auto text = [](std::string_view A::*member) { return of_content(&AcquisitionWord::content, member); };
  return columns(words, &AcquisitionWord::site, &AcquisitionWord::id, &AcquisitionWord::month, text(&A::referrer),
                 text(&A::channel), text(&A::source), text(&A::medium), text(&A::campaign), text(&A::content), text(&A::term),
                 text(&A::utm_source), text(&A::click_id));
}
std::vector<std::string> columns_of(const std::vector<DeviceWord>& words) {
  using D = event::Device;
  const auto text = [](std::string_view D::*member) { return of_content(&DeviceWord::content, member); };
  return columns(words, &DeviceWord::id, text(&D::browser), text(&D::browser_version), text(&D::os), text(&D::os_version),
                 text(&D::platform), text(&D::device_type));
}
std::vector<std::string> columns_of(const std::vector<LocationWord>& words) {
  using L = event::Location;
  const auto value = [](auto L::*member) { return of_content(&LocationWord::content, member); };
  return columns(words, &LocationWord::id, value(&L::country), value(&L::subdivision), value(&L::city), value(&L::latitude),
                 value(&L::longitude));
}
std::vector<std::string> columns_of(const std::vector<ScreenWord>& words) {
  using S = event::Screen;
  const auto value = [](auto S::*member) { return of_content(&ScreenWord::content, member); };
  return columns(words, &ScreenWord::id, value(&S::width), value(&S::height), value(&S::pixel_ratio), value(&S::pixel_depth),
                 value(&S::timezone), value(&S::language));
}
std::vector<std::string> columns_of(const std::vector<NameWord>& words) {
  return columns(words, &NameWord::id, &NameWord::content);
}
std::vector<std::string> columns_of(const std::vector<LabelWord>& words) {
  return columns(words, &LabelWord::id, &LabelWord::platform, &LabelWord::referer_domain, &LabelWord::country);
}

}  // namespace

void Ingest::Batch::write_words(Words words) {
  sort_by_site(words.pages);
  sort_by_site(words.acquisitions);
  sort_by_id(words.devices);
  sort_by_id(words.locations);
  sort_by_id(words.screens);
  sort_by_id(words.names);
  sort_by_id(words.labels);
  const auto write = [&](const char* statement, const auto& rows) {
    if (rows.empty()) return;
    ingest_.run(statement, columns_of(rows));
    rows_.words += rows.size();
  };
  write("ingest.write_pages", words.pages);
  write("ingest.write_acquisitions", words.acquisitions);
  write("ingest.write_devices", words.devices);
  write("ingest.write_locations", words.locations);
  write("ingest.write_screens", words.screens);
  write("ingest.write_event_names", words.names);
  write("ingest.write_micro_labels", words.labels);
}

}  // namespace pico::storage
