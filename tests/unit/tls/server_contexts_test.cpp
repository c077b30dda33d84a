#include "pico/tls/server_contexts.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates.hpp"
#include "handshake.hpp"

namespace pico::tls {
namespace {

using Outcome = Connection::Outcome;

class ServerContextsTest : public testing::Test {
 protected:
  ServerContextsTest() { EXPECT_TRUE(contexts_.use(make_identity())); }

  metrics::Registry registry_;
  ServerContexts contexts_{registry_};
  Context plain_client_{SSL_CTX_new(TLS_client_method())};
};

TEST_F(ServerContextsTest, WithoutACertificateThereIsNoConnection) {
  metrics::Registry registry;
  ServerContexts none(registry);
  const Sockets sockets;
  EXPECT_EQ(none.open(sockets.ends[0]), nullptr);
  EXPECT_FALSE(none.validity());
  EXPECT_THAT(registry.expose(), testing::HasSubstr("picolytics_tls_certificate_expires_timestamp_seconds 0"));
}

TEST_F(ServerContextsTest, SpeaksTls13And12AndNothingOlder) {
  for (const auto& [version, spoken] : {std::pair{TLS1_3_VERSION, true}, {TLS1_2_VERSION, true}, {TLS1_1_VERSION, false}}) {
    const Sockets sockets;
    const Context context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    const auto server = contexts_.open(sockets.ends[0]);
    const auto ssl = client(sockets, context.get());
    EXPECT_EQ(shake_hands(ssl.get(), *server), spoken) << version;
  }
}

TEST_F(ServerContextsTest, RefusesCiphersWithoutForwardSecrecy) {
  const Sockets sockets;
  SSL_CTX_set_max_proto_version(plain_client_.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(plain_client_.get(), "AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA");
  const auto server = contexts_.open(sockets.ends[0]);
  const auto ssl = client(sockets, plain_client_.get());
  EXPECT_FALSE(shake_hands(ssl.get(), *server));
}

TEST_F(ServerContextsTest, ChoosesHttp11AndRefusesWhoOffersOnlyOthers) {
  const auto offer = [&](std::string_view protocols) {
    const Sockets sockets;
    const auto server = contexts_.open(sockets.ends[0]);
    const auto ssl = client(sockets, plain_client_.get());
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(protocols.data()), static_cast<unsigned>(protocols.size()));
    if (!shake_hands(ssl.get(), *server)) return std::string("refused");
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl.get(), &chosen, &size);
    return std::string(reinterpret_cast<const char*>(chosen), size);
  };
  EXPECT_EQ(offer("\x02h2\x08http/1.1"), "http/1.1");
  EXPECT_EQ(offer("\x02h2"), "refused");
  EXPECT_EQ(offer(""), "");
}

TEST_F(ServerContextsTest, ResumesSessions) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_min_proto_version(plain_client_.get(), version);
    SSL_CTX_set_max_proto_version(plain_client_.get(), version);
    Session session;
    for (const bool resumed : {false, true}) {
      const Sockets sockets;
      const auto server = contexts_.open(sockets.ends[0]);
      const auto ssl = client(sockets, plain_client_.get());
      if (session) SSL_set_session(ssl.get(), session.get());
      ASSERT_TRUE(shake_hands(ssl.get(), *server));
      EXPECT_EQ(server->resumed(), resumed) << version;
      session.reset(SSL_get1_session(ssl.get()));
      SSL_shutdown(ssl.get());
    }
    contexts_.renew_ticket_keys();
    const Sockets sockets;
    const auto server = contexts_.open(sockets.ends[0]);
    const auto ssl = client(sockets, plain_client_.get());
    SSL_set_session(ssl.get(), session.get());
    ASSERT_TRUE(shake_hands(ssl.get(), *server));
    EXPECT_FALSE(server->resumed()) << "with the keys of tickets renewed";
  }
}

TEST_F(ServerContextsTest, CarriesBytesBothWaysAndSaysGoodBye) {
  const Sockets sockets;
  const auto server = contexts_.open(sockets.ends[0]);
  const auto ssl = client(sockets, plain_client_.get());
  ASSERT_TRUE(shake_hands(ssl.get(), *server));
  char buffer[16] = {};
  EXPECT_EQ(server->read(buffer, sizeof buffer).outcome, Outcome::wants_read);
  ASSERT_EQ(SSL_write(ssl.get(), "question", 8), 8);
  const auto read = server->read(buffer, sizeof buffer);
  EXPECT_EQ(std::string(buffer, read.bytes), "question");
  EXPECT_EQ(server->write("answer", 6).bytes, 6u);
  EXPECT_EQ(SSL_read(ssl.get(), buffer, sizeof buffer), 6);
  server->say_good_bye();
  EXPECT_EQ(SSL_get_error(ssl.get(), SSL_read(ssl.get(), buffer, sizeof buffer)), SSL_ERROR_ZERO_RETURN);
  SSL_shutdown(ssl.get());
  EXPECT_EQ(server->read(buffer, sizeof buffer).outcome, Outcome::ended);
}

TEST_F(ServerContextsTest, AClientThatGoesWithoutGoodByeHasEnded) {
  Sockets sockets;
  const auto server = contexts_.open(sockets.ends[0]);
  const auto ssl = client(sockets, plain_client_.get());
  ASSERT_TRUE(shake_hands(ssl.get(), *server));
  ::shutdown(sockets.ends[1], SHUT_RDWR);
  char buffer[16];
  EXPECT_EQ(server->read(buffer, sizeof buffer).outcome, Outcome::ended);
}

TEST_F(ServerContextsTest, AWriteThatHadToWaitGoesOnFromAnotherPlace) {
  const Sockets sockets;
  const auto server = contexts_.open(sockets.ends[0]);
  const auto ssl = client(sockets, plain_client_.get());
  ASSERT_TRUE(shake_hands(ssl.get(), *server));
  std::string sent(4 << 20, ' '), received;
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
  std::size_t at = 0;
  bool waited = false;
  std::vector<char> buffer(100'000);
  while (received.size() < sent.size()) {
    const std::string copy = sent.substr(at, 100'000);
    const auto step = copy.empty() ? Connection::Step{Outcome::wants_write} : server->write(copy.data(), copy.size());
    if (step.outcome == Outcome::done) {
      at += step.bytes;
      continue;
    }
    ASSERT_EQ(step.outcome, Outcome::wants_write);
    waited = true;
    const int got = SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
    ASSERT_GT(got, 0);
    received.append(buffer.data(), static_cast<std::size_t>(got));
  }
  EXPECT_TRUE(waited);
  EXPECT_EQ(received, sent);
}

TEST_F(ServerContextsTest, PlainHttpAndGarbageFail) {
  for (const auto& [bytes, http] : {std::pair<std::string, bool>{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true}, {std::string(64, '\xff'), false}}) {
    const Sockets sockets;
    const auto server = contexts_.open(sockets.ends[0]);
    ASSERT_EQ(::write(sockets.ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    EXPECT_EQ(server->handshake().outcome, Outcome::failed);
    EXPECT_EQ(server->spoke_http(), http);
    char byte = 0;
    EXPECT_EQ(server->read(&byte, 1).outcome, Outcome::failed);
    server->say_good_bye();
  }
}

TEST_F(ServerContextsTest, ACertificateThatCannotBeUsedLeavesTheOtherInPlace) {
  const auto before = contexts_.validity();
  EXPECT_FALSE(contexts_.use({"nonsense", "nonsense"}));
  EXPECT_EQ(contexts_.validity()->not_after, before->not_after);
  const Sockets sockets;
  EXPECT_NE(contexts_.open(sockets.ends[0]), nullptr);
}

TEST_F(ServerContextsTest, OpenConnectionsOutliveAnExchangeOfTheCertificate) {
  const Sockets sockets;
  const auto server = contexts_.open(sockets.ends[0]);
  const auto ssl = client(sockets, plain_client_.get());
  ASSERT_TRUE(contexts_.use(make_identity({.host = "new.example.com"})));
  EXPECT_TRUE(shake_hands(ssl.get(), *server));
  EXPECT_EQ(server->write("answer", 6).outcome, Outcome::done);
}

}  // namespace
}  // namespace pico::tls
