#include "pico/tls/certificate_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "certificates.hpp"
#include "support/temporary_folder.hpp"

namespace pico::tls {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::trunc) << text; }

class CertificateFilesTest : public testing::Test {
 protected:
  void write_pair(const Identity& identity) {
    write(certificate_, identity.chain);
    write(key_, identity.key);
  }
  bool until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
    return condition();
  }
  Instant end_of(const Identity& identity) { return validity_of(identity)->not_after; }
  bool serves(const Identity& identity) { return contexts_.validity()->not_after == end_of(identity); }

  test::TemporaryFolder folder_;
  fs::path certificate_ = folder_.path() / "cert.pem", key_ = folder_.path() / "key.pem";
  metrics::Registry registry_;
  ServerContexts contexts_{registry_};
  SystemClock clock_;
  CertificateFiles files_{{.certificate = certificate_, .key = key_, .look_every = 10ms}, contexts_, clock_, registry_};
  Identity first_ = make_identity({.until = 100h}), second_ = make_identity({.until = 200h});
};

TEST_F(CertificateFilesTest, AtStartAMissingOrBrokenFileIsAnErrorThatNamesIt) {
  EXPECT_THAT(files_.load().error().message, testing::HasSubstr("cert.pem"));
  write_pair({first_.chain, "nonsense"});
  EXPECT_THAT(files_.load().error().message, testing::HasSubstr("tlsKeyFile"));
  write_pair(first_);
  EXPECT_TRUE(files_.load());
  EXPECT_EQ(files_.problem(), "");
}

TEST_F(CertificateFilesTest, AnEmptyFileIsCalledEmptyAndAFolderIsNone) {
  write_pair({"", first_.key});
  EXPECT_EQ(files_.load().error().message, "tlsCertFile and tlsKeyFile: " + certificate_.string() + " is empty");
  write_pair({first_.chain, ""});
  EXPECT_THAT(files_.load().error().message, testing::HasSubstr("key.pem is empty"));
  fs::remove(key_);
  fs::create_directory(key_);
  EXPECT_THAT(files_.load().error().message, testing::HasSubstr("key.pem: Is a directory"));
}

TEST_F(CertificateFilesTest, ANewPairIsTakenWhenTheFilesChange) {
  write_pair(first_);
  ASSERT_TRUE(files_.load());
  files_.start();
  write_pair(second_);
  EXPECT_TRUE(until([&] { return serves(second_); }));
}

TEST_F(CertificateFilesTest, APairIsTakenWhenALinkLeadsElsewhere) {
  fs::create_directory(folder_.path() / "1");
  fs::create_directory(folder_.path() / "2");
  write(folder_.path() / "1/cert.pem", first_.chain), write(folder_.path() / "1/key.pem", first_.key);
  write(folder_.path() / "2/cert.pem", second_.chain), write(folder_.path() / "2/key.pem", second_.key);
  fs::create_symlink("1", folder_.path() / "live");
  fs::create_symlink("live/cert.pem", certificate_);
  fs::create_symlink("live/key.pem", key_);
  ASSERT_TRUE(files_.load());
  files_.start();
  fs::create_symlink("2", folder_.path() / "next");
  fs::rename(folder_.path() / "next", folder_.path() / "live");
  EXPECT_TRUE(until([&] { return serves(second_); }));
}

TEST_F(CertificateFilesTest, ABrokenPairLeavesTheEarlierOneAndIsToldOf) {
  write_pair(first_);
  ASSERT_TRUE(files_.load());
  files_.start();
  write(key_, "nonsense");
  EXPECT_TRUE(until([&] { return !files_.problem().empty(); }));
  EXPECT_TRUE(serves(first_));
  EXPECT_THAT(registry_.expose(), testing::HasSubstr("picolytics_tls_reloads_total{result=\"failed\"}"));
  write_pair(second_);
  EXPECT_TRUE(until([&] { return files_.problem().empty(); }));
  EXPECT_TRUE(serves(second_));
}

TEST_F(CertificateFilesTest, ReloadReadsAtOnce) {
  CertificateFiles patient({.certificate = certificate_, .key = key_, .look_every = 1h}, contexts_, clock_, registry_);
  write_pair(first_);
  ASSERT_TRUE(patient.load());
  patient.start();
  write_pair(second_);
  patient.reload();
  EXPECT_TRUE(until([&] { return serves(second_); }));
}

TEST_F(CertificateFilesTest, ACertificateThatHasRunOutIsServedAndToldOf) {
  write_pair(make_identity({.since = -48h, .until = -1h}));
  ASSERT_TRUE(files_.load());
  EXPECT_THAT(files_.problem(), testing::HasSubstr("run out"));
}

}  // namespace
}  // namespace pico::tls
