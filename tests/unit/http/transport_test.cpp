#include "transport.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <future>

#include "pico/tls/server_contexts.hpp"
#include "tls_client.hpp"
#include "unit/tls/certificates.hpp"

namespace pico::http {
namespace {

/// A connection over TLS, and a stranger's that gets its number once it is closed.
class TransportTest : public testing::Test {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);  // as the program does
    ASSERT_TRUE(contexts_.use(tls::make_identity()));
    Acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
    client_ = std::make_unique<TlsClient>("127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
    auto socket = acceptor.accept();
    socket.non_blocking(true);
    number_ = socket.native_handle();
    auto tls = contexts_.open(number_);
    transport_.emplace(std::move(socket), std::move(tls));
    auto shaken = std::async(std::launch::async, [this] { return client_->shake_hands(); });
    for (auto step = transport_->tls()->handshake(); Transport::waits(step); step = transport_->tls()->handshake()) {
      pollfd ready{number_, static_cast<short>(step.outcome == tls::Connection::Outcome::wants_read ? POLLIN : POLLOUT), 0};
      ::poll(&ready, 1, 1000);
    }
    ASSERT_TRUE(shaken.get());
  }
  void TearDown() override {
    for (const int one : {number_, stranger_}) ::close(one);
  }

  /// To be called once the transport is closed: the stranger has sent something over the connection that has the number now.
  void reuse_number() {
    ASSERT_FALSE(transport_->is_open());
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    if (pair[1] == number_) std::swap(pair[0], pair[1]);
    if (pair[0] != number_) {
      ASSERT_EQ(::dup2(pair[0], number_), number_);
      ::close(pair[0]);
    }
    stranger_ = pair[1];
    ASSERT_EQ(::send(stranger_, "the stranger's", 14, 0), 14);
  }
  /// Neither has anything been sent to the stranger nor has it been robbed of what it sent.
  void expect_untouched() {
    char bytes[64];
    EXPECT_EQ(::recv(stranger_, bytes, sizeof bytes, 0), -1);
    EXPECT_EQ(::recv(number_, bytes, sizeof bytes, MSG_PEEK), 14);
  }
  boost::system::error_code read() {
    boost::system::error_code outcome;
    char bytes[64];
    transport_->async_read_some(asio::buffer(bytes), [&](const boost::system::error_code& error, std::size_t) { outcome = error; });
    context_.restart();
    context_.run();
    return outcome;
  }

  metrics::Registry registry_;
  tls::ServerContexts contexts_{registry_};
  asio::io_context context_;
  std::unique_ptr<TlsClient> client_;
  std::optional<Transport> transport_;
  int number_ = -1, stranger_ = -1;
  boost::system::error_code error_;
};

TEST_F(TransportTest, AClosedConnectionDoesNotTouchTheOneThatHasItsNumber) {
  transport_->close(error_);
  reuse_number();
  transport_->shutdown_send(error_);
  EXPECT_TRUE(read());
  EXPECT_EQ(transport_->write_some(asio::buffer("x", 1), error_), 0u);
  EXPECT_TRUE(error_);
  expect_untouched();
}

TEST_F(TransportTest, NorDoesOneThatWasReset) {
  transport_->reset(error_);
  reuse_number();
  EXPECT_EQ(transport_->write_some(asio::buffer("x", 1), error_), 0u);
  EXPECT_TRUE(error_);
  EXPECT_NE(error_, asio::error::would_block);
  EXPECT_TRUE(read());
  transport_->shutdown_send(error_);
  expect_untouched();
}

}  // namespace
}  // namespace pico::http
