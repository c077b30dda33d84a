#pragma once
#include <algorithm>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>
#include <cstdint>
#include <string>

namespace pico::http {

/// A body in a string. Unlike Beast's own, it makes no room for what has only been announced.
struct RequestBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(boost::beast::http::header<is_request, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& announced, boost::system::error_code& error) {
      if (announced) body_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*announced, most_reserved)));
      error = {};
    }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      const auto before = body_.size();
      for (const auto buffer : boost::beast::buffers_range_ref(buffers)) body_.append(static_cast<const char*>(buffer.data()), buffer.size());
      error = {};
      return body_.size() - before;
    }
    void finish(boost::system::error_code& error) { error = {}; }

   private:
    static constexpr std::uint64_t most_reserved = 64 * 1024;
    value_type& body_;
  };
};

using ParsedRequest = boost::beast::http::request<RequestBody>;

}  // namespace pico::http
