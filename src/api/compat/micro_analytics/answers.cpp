#include "answers.hpp"

#include <algorithm>
#include <micro_country_names.hpp>
#include <unordered_map>

#include "pico/core/text.hpp"
#include "time_format.hpp"

namespace pico::api::micro_analytics {
namespace {

/// Adds a JSON string. What comes out of Postgres is valid UTF-8.
void append_text(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out.append("\\u00").append(1, digits[static_cast<unsigned char>(c) >> 4]).append(1, digits[c & 15]);
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_field(std::string& out, std::string_view name, std::string_view text) {
  if (out.back() != '{') out += ',';
  out.append("\"").append(name).append("\":");
  append_text(out, text);
}

void append_figures(std::string& out, const storage::MicroFigures& figures) {
  out.append(R"("total":)").append(std::to_string(figures.total)).append(R"(,"unique":)").append(std::to_string(figures.unique)).append("}");
}

/// `{"list":[…]}` of what `append` adds for each.
template <class Elements, class Append>
http::Response list_answer(const Elements& elements, Append append) {
  std::string text = R"({"list":[)";
  for (const auto& element : elements) {
    if (text.back() == '}') text += ',';
    append(text, element);
  }
  text += "]}\n";
  return json(std::move(text));
}

std::unordered_map<std::string_view, std::string_view> read_country_names() {
  std::unordered_map<std::string_view, std::string_view> names;
  auto table = country_name_files::files().front().data;
  while (!table.empty()) {
    const auto line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(line.size() + 1, table.size()));
    const auto tab = line.find('\t');
    if (tab != std::string_view::npos) names.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  return names;
}

}  // namespace

http::Response json(std::string body) {
  auto response = http::Response::json(200, std::move(body));
  response.content_type = "application/json";
  return response;
}

http::Response totals_answer(const storage::MicroFigures& figures) {
  std::string text = "{";
  append_figures(text, figures);
  return json(text + "\n");
}

http::Response groups_answer(const std::vector<storage::MicroGroup>& groups, bool countries) {
  return list_answer(groups, [countries](std::string& text, const storage::MicroGroup& group) {
    text += '{';
    append_field(text, "id", group.id);
    append_field(text, "label", countries ? country_name(group.id) : group.id);
    text += ',';
    append_figures(text, group.figures);
  });
}

http::Response times_answer(const std::vector<storage::MicroBucket>& buckets, std::chrono::seconds interval) {
  return list_answer(buckets, [interval](std::string& text, const storage::MicroBucket& bucket) {
    text += '{';
    append_field(text, "start", format_time(bucket.start));
    append_field(text, "end", format_time(bucket.start + interval));
    text += ',';
    append_figures(text, bucket.figures);
  });
}

void append_visit(std::string& text, const storage::MicroVisits::Visit& visit) {
  text += '{';
  append_field(text, "time", format_time(visit.at));
  append_field(text, "event", visit.event);
  append_field(text, "path", visit.path);
  append_field(text, "ip", visit.ip);
  append_field(text, "platform", visit.platform);
  append_field(text, "refererDomain", visit.referer_domain);
  append_field(text, "countryCode", visit.country);
  text += '}';
}

std::string_view country_name(std::string_view code) {
  static const auto names = read_country_names();
  const auto found = names.find(to_lower_ascii(code));
  return found == names.end() ? std::string_view{} : found->second;
}

}  // namespace pico::api::micro_analytics
