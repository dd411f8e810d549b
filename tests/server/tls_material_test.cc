#include "server/tls_material.h"

#include <filesystem>

#include "absl/time/clock.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_authority.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

class TlsMaterialTest : public ::testing::Test {
 protected:
  TlsMaterialTest() { Write(authority_.Issue("server")); }

  void Write(const TestIdentity& identity) {
    ASSERT_OK(WriteFileAtomically(files_.tls_cert, identity.certificate));
    ASSERT_OK(WriteFileAtomically(files_.tls_key, identity.key));
    Permit(0600);
  }
  void Permit(int mode) {
    std::filesystem::permissions(files_.tls_key, std::filesystem::perms(mode));
  }
  absl::StatusOr<TlsMaterial> Read() const {
    return TlsMaterial::Read(files_, absl::Now());
  }

  const TempDir folder_;
  const TestAuthority authority_{"authority"};
  TlsFiles files_{.tls_cert = folder_ / "cert", .tls_key = folder_ / "key"};
};

TEST_F(TlsMaterialTest, HoldsWhatTheFilesHold) {
  const TestIdentity identity = authority_.Issue("carousel");
  Write(identity);
  ASSERT_OK_AND_ASSIGN(const TlsMaterial material, Read());
  EXPECT_EQ(material.certificate(), identity.certificate);
  EXPECT_EQ(material.key(), identity.key);
  EXPECT_EQ(material.client_ca(), "");
  EXPECT_THAT(material.warnings(), IsEmpty());
  EXPECT_THAT(material.Describe(), HasSubstr("CN=carousel, valid until 2"));
}

TEST_F(TlsMaterialTest, NamesFlagAndFileOfWhatIsWrong) {
  const std::string cert = files_.tls_cert.string();
  const std::string key = files_.tls_key.string();
  const TestIdentity good = authority_.Issue("server");
  Write({.certificate = "nothing", .key = good.key});
  EXPECT_THAT(Read(), StatusIs(kInvalid, AllOf(HasSubstr("--tls_cert: " + cert),
                                               HasSubstr("no certificate"))));
  Write({.certificate = good.certificate, .key = "nothing"});
  EXPECT_THAT(Read(), StatusIs(kInvalid, AllOf(HasSubstr("--tls_key: " + key),
                                               HasSubstr("no private key"))));
  Write({.certificate = good.certificate, .key = authority_.Issue("b").key});
  EXPECT_THAT(Read(), StatusIs(kInvalid, AllOf(HasSubstr("--tls_key: " + key),
                                               HasSubstr("not that of"))));
  Write(good);
  files_.tls_client_ca = folder_ / "none";
  EXPECT_THAT(Read(), StatusIs(kInvalid,
                               AllOf(HasSubstr("--tls_client_ca: "),
                                     HasSubstr((folder_ / "none").string()))));
  files_.tls_client_ca = files_.tls_key;
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("--tls_client_ca: " + key)));
}

TEST_F(TlsMaterialTest, WarnsOfAKeyThatOthersCanRead) {
  Permit(0644);
  ASSERT_OK_AND_ASSIGN(const TlsMaterial material, Read());
  EXPECT_THAT(material.warnings(),
              ElementsAre(AllOf(HasSubstr(files_.tls_key.string()),
                                HasSubstr("0644"))));
}

TEST_F(TlsMaterialTest, WarnsOfACertificateWhoseTimeIsOver) {
  Write(authority_.Issue("old", absl::Now() - absl::Hours(1)));
  ASSERT_OK_AND_ASSIGN(const TlsMaterial over, Read());
  EXPECT_THAT(over.warnings(), ElementsAre(HasSubstr("refuse the certificate "
                                                     "CN=old, which is")));
  // One that ends while the server runs is another value, hence in the log.
  ASSERT_OK_AND_ASSIGN(const TlsMaterial before,
                       TlsMaterial::Read(files_, absl::Now() - absl::Hours(2)));
  EXPECT_THAT(before.warnings(), IsEmpty());
  EXPECT_FALSE(before == over);
}

}  // namespace
}  // namespace carousel
