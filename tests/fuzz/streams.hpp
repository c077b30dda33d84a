#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fuzz.hpp"
#include "pico/http/router.hpp"

namespace pico::fuzz {

/// Routes whose bodies are read while they come, and whose answers are sent while they are made: each request by a thread of its own, as
/// in the server. All that is sent in pieces is the letter x.
class Streams {
 public:
  static constexpr std::size_t max_body = 4096;

  void add_to(http::Router& router) {
    router.add(http::Method::post, "/stream", [this](http::Exchange& exchange) {
      work([&exchange, body = exchange.body(), answer = exchange.answer_later()] { take(exchange, *body, answer); });
    }, {.max_body = max_body, .stream_body = true});
    router.add(http::Method::get, "/list", [this](http::Exchange& exchange) {
      work([query = std::string(exchange.request().query), pipe = exchange.answer_in_pieces(http::Response::json(200, ""))] { list(query, *pipe); });
    });
  }

  /// A thread may still have something to tell its session.
  [[nodiscard]] bool at_work() const { return working_ > 0; }
  void join() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  template <class Work>
  void work(Work what) {
    ++working_;
    threads_.emplace_back([this, what = std::move(what)]() mutable {
      { auto last = std::move(what); last(); }  // what it holds is let go of before it counts as done
      --working_;
    });
  }

  /// The body's first letter says how it is answered: ! before its end, + in pieces as long as those that come.
  static void take(http::Exchange& exchange, http::BodyPipe& body, const std::function<void(http::Response)>& answer) {
    std::shared_ptr<http::AnswerPipe> pieces;
    try {
      auto piece = body.read();
      if (piece.starts_with('!')) return answer(http::Response::error(400, "enough"));
      if (piece.starts_with('+')) pieces = exchange.answer_in_pieces(http::Response::json(200, ""));
      std::size_t total = 0;
      for (; !piece.empty(); piece = body.read()) {
        total += piece.size();
        require(total <= max_body, "no streamed body is longer than its route allows");
        if (pieces != nullptr && !pieces->write(std::string(piece.size(), 'x'))) return;
      }
      if (pieces == nullptr) return answer(http::Response::json(200, std::to_string(total)));
      pieces->finish();
    } catch (const http::BodyLost&) {
      if (pieces == nullptr) answer(http::Response::error(400, "the body did not come"));
    }
  }

  /// As many pieces as the query has letters; its first says how they end: a with abort(), d by letting go.
  static void list(const std::string& query, http::AnswerPipe& pipe) {
    const std::string piece(1000, 'x');
    for (std::size_t i = 0; i < std::min<std::size_t>(query.size(), 100); ++i)
      if (!pipe.write(piece)) return;
    if (query.starts_with('a')) pipe.abort();
    else if (!query.starts_with('d')) pipe.finish();
  }

  std::atomic<int> working_{0};
  std::vector<std::thread> threads_;
};

}  // namespace pico::fuzz
