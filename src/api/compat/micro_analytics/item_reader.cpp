#include "item_reader.hpp"

#include <istream>
#include <nlohmann/json.hpp>

#include "pico/core/text.hpp"

namespace pico::api::micro_analytics {
namespace {

/// Thrown where reading is abandoned, caught in read_items().
struct Refused {
  std::string message;
};

/// The body as a stream. Counts what has been delivered since the last item's end.
class BodyBuffer final : public std::streambuf {
 public:
  BodyBuffer(const NextBytes& next, std::size_t at_most) : next_(next), at_most_(at_most) {}

  void item_ended() { since_item_ = 0; }
  [[nodiscard]] bool is_blank() const { return blank_; }

 protected:
  int_type underflow() override {
    if (piece_.empty()) piece_ = next_();
    if (piece_.empty()) return traits_type::eof();
    blank_ = false;
    // In small parts, so that the count is never far off.
    constexpr std::size_t part_bytes = 4096;
    const auto part = piece_.substr(0, part_bytes);
    piece_.remove_prefix(part.size());
    if ((since_item_ += part.size()) > at_most_ + part_bytes) throw Refused{"an item is too large"};
    auto* const begin = const_cast<char*>(part.data());  // only read
    setg(begin, begin, begin + part.size());
    return traits_type::to_int_type(*begin);
  }

 private:
  const NextBytes& next_;
  const std::size_t at_most_;
  std::string_view piece_;
  std::size_t since_item_ = 0;
  bool blank_ = true;
};

using nlohmann::json;

/// Follows the parser. `depth_` counts what is open: 1 is the body's object, and of a list 2 the array, 3 an item.
class Handler {
 public:
  Handler(BodyForm form, const TakeItem& take_item, std::size_t max_depth, BodyBuffer& buffer)
      : list_(form == BodyForm::list), take_item_(take_item), max_depth_(max_depth), buffer_(buffer) {}

  bool null() { return value(Type::null); }
  bool boolean(bool) { return value(Type::other); }
  bool number_integer(json::number_integer_t) { return value(Type::other); }
  bool number_unsigned(json::number_unsigned_t) { return value(Type::other); }
  bool number_float(json::number_float_t, const json::string_t&) { return value(Type::other); }
  bool binary(json::binary_t&) { return value(Type::other); }
  bool string(json::string_t& text) {
    value(Type::text);
    if (field_ != nullptr && depth_ == field_depth_) std::swap(*field_, text);
    return true;
  }
  bool key(json::string_t& name) {
    field_ = nullptr;
    if (depth_ == item_depth()) item_key(name);
    else if (in_headers_ && depth_ == item_depth() + 1) header_key(name);
    else if (list_ && depth_ == 1) expecting_list_ = equals_ignore_case(name, "list");
    return true;
  }
  bool start_object(std::size_t) {
    in_headers_ = expecting_headers_ && depth_ == item_depth();
    if (!in_headers_) value(Type::object);
    expecting_headers_ = false;
    open();
    return true;
  }
  bool start_array(std::size_t) {
    if (list_ && depth_ == 1 && expecting_list_) {
      if (has_list_) throw Refused{"list stands in the body twice"};
      has_list_ = in_list_ = true;
    } else {
      value(Type::array);
    }
    open();
    return true;
  }
  bool end_array() {
    --depth_;
    if (list_ && depth_ == 1) in_list_ = false;
    return true;
  }
  bool end_object() {
    --depth_;
    if (in_headers_ && depth_ == item_depth()) in_headers_ = false;
    if (depth_ + 1 != item_depth() || (list_ && !in_list_)) return true;
    buffer_.item_ended();
    stopped_ = !take_item_(item_);
    item_.clear();
    return !stopped_;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }  // its text quotes the body

  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  enum class Type : std::uint8_t { text, null, object, array, other };

  [[nodiscard]] std::size_t item_depth() const { return list_ ? 3 : 1; }
  [[nodiscard]] bool in_item() const { return !list_ || in_list_; }

  void open() {
    field_ = nullptr;
    if (++depth_ > max_depth_) throw Refused{"the body is nested too deeply"};
  }

  /// Checks that a value of that type may stand here.
  bool value(Type type) {
    if (depth_ == 0 && type != Type::object) throw Refused{"the body must be an object"};
    if (list_ && depth_ == 1 && expecting_list_ && type != Type::null) throw Refused{"list must be an array"};
    if (in_list_ && depth_ == 2 && type != Type::object) throw Refused{"what is in the list must be objects"};
    if (depth_ == item_depth() && expecting_headers_ && type != Type::null) throw Refused{"headers must be an object"};
    if (field_ != nullptr && depth_ == field_depth_ && type != Type::text && type != Type::null)
      throw Refused{in_headers_ ? "the values of headers must be texts" : "the fields of an item must be texts"};
    return true;
  }

  void item_key(std::string_view name) {
    expecting_headers_ = false;
    if (!in_item()) return;
    expecting_headers_ = equals_ignore_case(name, "headers");
    for (const auto& [key, member] : {std::pair{"time", &Item::time}, {"event", &Item::event}, {"ip", &Item::ip}, {"path", &Item::path}})
      if (equals_ignore_case(name, key)) expect(item_.*member);
    if (!list_) return;  // one visit takes no more than that
    for (const auto& [key, member] : {std::pair{"website", &Item::website}, {"platform", &Item::platform}, {"refererDomain", &Item::referer_domain},
                                      {"countryCode", &Item::country_code}})
      if (equals_ignore_case(name, key)) expect(item_.*member);
  }
  void header_key(std::string_view name) {
    expect(ignored_);  // every header is a text
    if (equals_ignore_case(name, "referer") || equals_ignore_case(name, "referrer")) expect(item_.referer);
    else if (contains_ignore_case(name, "user-agent")) expect(item_.user_agent);
    else if (equals_ignore_case(name, "accept-language")) expect(item_.accept_language);
  }
  void expect(std::string& field) {
    field_ = &field;
    field_depth_ = depth_;
  }

  const bool list_;
  const TakeItem& take_item_;
  const std::size_t max_depth_;
  BodyBuffer& buffer_;

  Item item_;
  std::string ignored_;
  std::string* field_ = nullptr;  ///< takes the next text, at the depth below
  std::size_t depth_ = 0, field_depth_ = 0;
  bool expecting_list_ = false, has_list_ = false, in_list_ = false;
  bool expecting_headers_ = false, in_headers_ = false;
  bool stopped_ = false;
};

Fault invalid(std::string_view message) { return {"InvalidJSON", std::string(message)}; }

}  // namespace

std::optional<Fault> read_items(const NextBytes& next_bytes, BodyForm form, const TakeItem& take_item, const ReaderLimits& limits) {
  BodyBuffer buffer(next_bytes, limits.item_bytes);
  std::istream in(&buffer);
  Handler handler(form, take_item, limits.depth, buffer);
  try {
    if (json::sax_parse(in, &handler) || handler.stopped()) return std::nullopt;
  } catch (const Refused& refused) {
    return invalid("invalid JSON in the body of the request: " + refused.message);
  }
  return invalid(buffer.is_blank() ? "invalid JSON in the body of the request: it is empty" : "invalid JSON in the body of the request");
}

}  // namespace pico::api::micro_analytics
