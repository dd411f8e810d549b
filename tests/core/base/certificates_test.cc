#include "core/base/certificates.h"

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_authority.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// A key under the passphrase "carousel".
constexpr char kEncryptedKey[] = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiRgfiZC4xrVAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEPsLCTDt6exFYqiQUGPJFRoEgZDX
bEaecXLCeF1fNx90qPTDv96b1DlkE6atIcLe7tvHJ44WIjID8IpBEHM/4jSz4fo5
81OR/lAAiQajMi2/oCCVRIuHh/xktcV+MFQwk4u4HlLgvCibdGpTzZTVgTThACZU
zN0434Ysqupp+hajVPvofiO/wdqtA/Zzops/7Bc3yJg5Fq0GSh312afdkkz8N8c=
-----END ENCRYPTED PRIVATE KEY-----
)";

class CertificatesTest : public ::testing::Test {
 protected:
  TestAuthority authority_{"authority"};
  TestIdentity server_ = authority_.Issue("server");
};

TEST_F(CertificatesTest, SaysWhoseAndUntilWhen) {
  const absl::Time not_after = absl::FromUnixSeconds(4'000'000'000);
  ASSERT_OK_AND_ASSIGN(
      const auto certificates,
      ParseCertificates(authority_.Issue("carousel", not_after).certificate));
  ASSERT_THAT(certificates, SizeIs(1));
  EXPECT_EQ(certificates[0].subject, "CN=carousel");
  EXPECT_EQ(certificates[0].not_after, not_after);
  EXPECT_LT(certificates[0].not_before, absl::Now());
}

TEST_F(CertificatesTest, ReadsAChainAndTheTextBetween) {
  ASSERT_OK_AND_ASSIGN(
      const auto chain,
      ParseCertificates("first\n" + server_.certificate + "second\n" +
                        authority_.certificate() + "the end\n"));
  ASSERT_THAT(chain, SizeIs(2));
  EXPECT_EQ(chain[0].subject, "CN=server");
  EXPECT_EQ(chain[1].subject, "CN=authority");
}

TEST_F(CertificatesTest, RefusesWhatHoldsNone) {
  for (const std::string& text :
       {std::string(), std::string("nothing"), server_.key}) {
    EXPECT_THAT(ParseCertificates(text),
                StatusIs(kInvalid, HasSubstr("no certificate")));
  }
}

TEST_F(CertificatesTest, NamesTheOneThatIsDamaged) {
  std::string damaged = server_.certificate;
  damaged[damaged.size() / 2] = '!';
  EXPECT_THAT(ParseCertificates(server_.certificate + damaged),
              StatusIs(kInvalid, HasSubstr("certificate 2 is damaged")));
}

TEST_F(CertificatesTest, AKeyBelongsToItsCertificateAlone) {
  EXPECT_OK(CheckKeyPair(server_.certificate, server_.key));
  EXPECT_OK(CheckKeyPair(server_.certificate + authority_.certificate(),
                         server_.key));
  EXPECT_THAT(CheckKeyPair(server_.certificate, authority_.Issue("other").key),
              StatusIs(kInvalid, HasSubstr("not that of the certificate "
                                           "CN=server")));
}

TEST_F(CertificatesTest, RefusesWhatIsNoKey) {
  EXPECT_THAT(CheckKeyPair(server_.certificate, "my secret"),
              StatusIs(kInvalid, AllOf(HasSubstr("no private key"),
                                       Not(HasSubstr("secret")))));
  EXPECT_THAT(CheckKeyPair("nothing", server_.key),
              StatusIs(kInvalid, HasSubstr("no certificate")));
}

TEST_F(CertificatesTest, AsksNobodyForAPassphrase) {
  EXPECT_THAT(CheckKeyPair(server_.certificate, kEncryptedKey),
              StatusIs(kInvalid, HasSubstr("passphrase")));
}

}  // namespace
}  // namespace carousel
