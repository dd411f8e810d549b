// TLS as clients of the real server see it.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/health_client.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_authority.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;

class TlsTest : public ServerFixture {
 protected:
  TlsTest() {
    options_.tls = {.tls_cert = data_dir_ / "cert",
                    .tls_key = data_dir_ / "key"};
    Write(authority_.Issue("first"));
  }

  void Write(const TestIdentity& identity) {
    ASSERT_OK(WriteFileAtomically(data_dir_ / "cert", identity.certificate));
    ASSERT_OK(WriteFileAtomically(data_dir_ / "key", identity.key));
    std::filesystem::permissions(data_dir_ / "key",
                                 std::filesystem::perms(0600));
  }

  // Clients must show a certificate of `authority`.
  void AskForCertificates(const TestAuthority& authority) {
    options_.tls.tls_client_ca = data_dir_ / "ca";
    ASSERT_OK(WriteFileAtomically(data_dir_ / "ca", authority.certificate()));
  }

  // A connection of its own, to a server that `authority_` vouches for.
  std::shared_ptr<grpc::Channel> Connect(const TestIdentity& own = {}) const {
    return Connect(authority_, own);
  }
  std::shared_ptr<grpc::Channel> Connect(const TestAuthority& authority,
                                         const TestIdentity& own) const {
    return Connect(grpc::SslCredentials(
        {authority.certificate(), own.key, own.certificate}));
  }
  std::shared_ptr<grpc::Channel> Connect(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(server_->address(), credentials,
                                     arguments);
  }

  // One call. The name in the server's certificate is written to `name`.
  static grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel,
                           std::string* name = nullptr,
                           const std::string& key = "") {
    grpc::ClientContext context;
    if (!key.empty()) context.AddMetadata("authorization", "Bearer " + key);
    v1::GetServerInfoResponse response;
    grpc::Status status = v1::ServerService::NewStub(channel)->GetServerInfo(
        &context, {}, &response);
    if (name != nullptr && status.ok()) {
      const auto names =
          context.auth_context()->FindPropertyValues("x509_common_name");
      *name = std::string(names.at(0).data(), names.at(0).size());
    }
    return status;
  }
  static std::string ServerName(const std::shared_ptr<grpc::Channel>& channel) {
    std::string name;
    EXPECT_THAT(Call(channel, &name), IsGrpcOk());
    return name;
  }

  const TestAuthority authority_{"authority"};
  const TestAuthority other_authority_{"other authority"};
};

TEST_F(TlsTest, ShowsItsCertificate) {
  StartServer();
  EXPECT_EQ(ServerName(Connect()), "first");
  EXPECT_EQ(HealthClient(Connect()).Check("").status(),
            grpc::health::v1::HealthCheckResponse::SERVING);
  EXPECT_THAT(
      log(),
      HasSubstr("loaded what=certificates message=\"CN=first, valid until"));
}

TEST_F(TlsTest, AClientThatDoesNotTrustItLeaves) {
  StartServer();
  EXPECT_THAT(Call(Connect(other_authority_, {})),
              GrpcCodeIs(StatusCode::UNAVAILABLE));
}

TEST_F(TlsTest, ClearTextGetsNoAnswer) {
  StartServer();
  EXPECT_THAT(Call(Connect(grpc::InsecureChannelCredentials())),
              GrpcCodeIs(StatusCode::UNAVAILABLE));
}

TEST_F(TlsTest, WithAClientAuthorityEveryClientShowsACertificate) {
  AskForCertificates(other_authority_);
  StartServer();
  EXPECT_THAT(Call(Connect()), GrpcCodeIs(StatusCode::UNAVAILABLE));
  EXPECT_THAT(Call(Connect(authority_.Issue("stranger"))),
              GrpcCodeIs(StatusCode::UNAVAILABLE));
  EXPECT_THAT(Call(Connect(other_authority_.Issue("client"))), IsGrpcOk());
  EXPECT_THAT(log(), HasSubstr("there is no --key_file, so whoever has a "
                               "certificate of --tls_client_ca"));
}

TEST_F(TlsTest, AnExpiredClientIsTurnedAway) {
  AskForCertificates(authority_);
  StartServer();
  const TestIdentity old =
      authority_.Issue("client", absl::Now() - absl::Minutes(1));
  EXPECT_THAT(Call(Connect(old)), GrpcCodeIs(StatusCode::UNAVAILABLE));
}

TEST_F(TlsTest, ANewConnectionSeesANewCertificate) {
  StartServer();
  const auto before = Connect();
  EXPECT_EQ(ServerName(before), "first");
  Write(authority_.Issue("second"));
  server_->ReloadAccess();
  EXPECT_EQ(ServerName(Connect()), "second");
  EXPECT_EQ(ServerName(Connect()), "second");
  // One that is there goes on as it began.
  EXPECT_EQ(ServerName(before), "first");
}

TEST_F(TlsTest, ANewClientAuthorityTakesThePlaceOfTheOld) {
  AskForCertificates(other_authority_);
  StartServer();
  AskForCertificates(authority_);
  server_->ReloadAccess();
  EXPECT_THAT(Call(Connect(other_authority_.Issue("client"))),
              GrpcCodeIs(StatusCode::UNAVAILABLE));
  EXPECT_THAT(Call(Connect(authority_.Issue("client"))), IsGrpcOk());
}

// A certificate is replaced before its key, or the other way round.
TEST_F(TlsTest, FilesThatDoNotFitLeaveTheCertificateAsItWas) {
  StartServer();
  const TestIdentity second = authority_.Issue("second");
  ASSERT_OK(WriteFileAtomically(data_dir_ / "cert", second.certificate));
  server_->ReloadAccess();
  EXPECT_EQ(ServerName(Connect()), "first");
  EXPECT_THAT(log(),
              HasSubstr("not_loaded what=certificates message=\"they stay "
                        "as they were\" error=\"--tls_key: "));
  Write(second);
  server_->ReloadAccess();
  EXPECT_EQ(ServerName(Connect()), "second");
  ASSERT_OK(WriteFileAtomically(data_dir_ / "cert", "nothing"));
  server_->ReloadAccess();
  EXPECT_EQ(ServerName(Connect()), "second");
}

TEST_F(TlsTest, FilesThatDoNotFitKeepTheServerFromStarting) {
  ASSERT_OK(
      WriteFileAtomically(data_dir_ / "key", authority_.Issue("other").key));
  EXPECT_THAT(CarouselServer::Create(options_, log_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("not that of the certificate CN=first")));
}

TEST_F(TlsTest, KeysAreAskedForAsWell) {
  options_.key_file = data_dir_ / "keys";
  ASSERT_OK(WriteFileAtomically(options_.key_file,
                                "predict " + ToHex(Sha256Of("the-key"))));
  options_.listen = "0.0.0.0:0";
  StartServer();
  const std::string port =
      server_->address().substr(server_->address().rfind(':'));
  const auto channel = grpc::CreateChannel(
      "127.0.0.1" + port, grpc::SslCredentials({authority_.certificate()}));
  EXPECT_THAT(Call(channel), GrpcCodeIs(StatusCode::UNAUTHENTICATED));
  EXPECT_THAT(Call(channel, nullptr, "the-key"), IsGrpcOk());
  EXPECT_THAT(log(), Not(HasSubstr("clear text")));
}

}  // namespace
}  // namespace carousel
