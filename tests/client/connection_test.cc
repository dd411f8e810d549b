// Keys and TLS on the command line.
#include "client/cli/connection.h"

#include <grpcpp/security/server_credentials.h>

#include <string>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "tests/client/cli_fixture.h"
#include "tests/support/test_authority.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ConnectionTest : public CliTest {
 protected:
  ConnectionTest() { Answer(server_); }

  static void Answer(FakeServer& server) {
    server.get_server_info = [](const auto&, auto&) {
      return grpc::Status::OK;
    };
  }

  // The options that show `identity`.
  std::vector<std::string> Show(const TestIdentity& identity) {
    return {"--tls_cert=" + WriteInput("cert.pem", identity.certificate),
            "--tls_key=" + WriteInput("key.pem", identity.key)};
  }

  std::shared_ptr<grpc::ServerCredentials> ServerTls(
      grpc_ssl_client_certificate_request_type clients) const {
    const TestIdentity identity = authority_.Issue("server");
    grpc::SslServerCredentialsOptions options(clients);
    options.pem_root_certs = authority_.certificate();
    options.pem_key_cert_pairs = {{identity.key, identity.certificate}};
    return grpc::SslServerCredentials(options);
  }

  Outcome Info(const FakeServer& server, std::vector<std::string> options) {
    options.insert(options.begin(),
                   {"server", "info", "--server=" + server.address()});
    return RunBare(options);
  }

  const TestAuthority authority_{"authority"};
};

TEST_F(ConnectionTest, SendsNoKeyWhereThereIsNone) {
  EXPECT_EQ(Info(server_, {}).code, 0);
  EXPECT_EQ(server_.authorization(), "");
}

TEST_F(ConnectionTest, SendsTheKeyOfTheEnvironment) {
  variables_["CAROUSEL_KEY"] = "the-key";
  const Outcome outcome = Info(server_, {});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(server_.authorization(), "Bearer the-key");
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(ConnectionTest, AKeyFileGoesBeforeTheEnvironment) {
  variables_["CAROUSEL_KEY"] = "another key";
  const std::string file = WriteInput("key", "the-key\r\n");
  EXPECT_EQ(Info(server_, {"--key_file=" + file}).code, 0);
  EXPECT_EQ(server_.authorization(), "Bearer the-key");
}

TEST_F(ConnectionTest, EveryKindOfCallSendsIt) {
  variables_["CAROUSEL_KEY"] = "the-key";
  const std::string csv = WriteInput("in.csv", "review,sentiment\na,positive");
  const std::string vec = WriteInput("in.vec", "a 1 2\n");
  // Their answers do not matter.
  const std::vector<std::vector<std::string>> commands = {
      {"jobs", "get", "job-1"},
      {"predict", "--model=m", "--text=t"},
      {"dataset", "import", "d", csv},
      {"vectors", "import", "v", vec},
      {"jobs", "watch", "job-1"},
      {"models", "export", "m", "--out=" + (folder_ / "out").string()}};
  for (const auto& command : commands) {
    Info(server_, {"--key_file=" + WriteInput("key", "other")});
    ASSERT_EQ(server_.authorization(), "Bearer other");
    Run(command);
    EXPECT_EQ(server_.authorization(), "Bearer the-key")
        << ::testing::PrintToString(command);
  }
}

TEST_F(ConnectionTest, AKeyThatCannotBeIsRefusedAndNotShown) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"  \n", "there is no key"},
      {"s3cr3t s3cr3t", "character 7"},
      {"s3cr3t\ns3cr3t\n", "character 7"},
      {"s3cr3t\xc3\xa9", "character 7"}};
  for (const auto& [key, message] : cases) {
    variables_["CAROUSEL_KEY"] = key;
    const Outcome variable = Info(server_, {"--json"});
    EXPECT_EQ(variable.code, 4);
    EXPECT_EQ(variable.Json()["error"]["code"], "INVALID_ARGUMENT");
    const std::string path = WriteInput("key", key);
    const Outcome file = Info(server_, {"--key_file=" + path});
    EXPECT_EQ(file.code, 4);
    EXPECT_THAT(variable.err,
                AllOf(HasSubstr("CAROUSEL_KEY: "), HasSubstr(message),
                      Not(HasSubstr("s3cr3t"))));
    EXPECT_THAT(file.err, AllOf(HasSubstr("--key_file: " + path),
                                HasSubstr(message), Not(HasSubstr("s3cr3t"))));
  }
}

TEST_F(ConnectionTest, AFileThatIsNotThereIsNamed) {
  for (const char* option : {"--key_file", "--tls_ca"}) {
    const Outcome outcome = Info(server_, {std::string(option) + "=/no/file"});
    EXPECT_EQ(outcome.code, 4) << option;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(std::string(option) + ": "),
                                   HasSubstr("/no/file")));
  }
}

TEST_F(ConnectionTest, ARefusalNamesTheFix) {
  server_.get_server_info = [](const auto&, auto&) {
    return StatusWithDetails(grpc::StatusCode::UNAUTHENTICATED,
                             "this server wants a key",
                             {.reason = "KEY_MISSING"});
  };
  const Outcome missing = Info(server_, {"--json"});
  EXPECT_EQ(missing.code, 4);
  EXPECT_EQ(missing.Json()["error"]["code"], "UNAUTHENTICATED");
  EXPECT_EQ(missing.Json()["error"]["details"][0]["reason"], "KEY_MISSING");
  EXPECT_THAT(missing.err, HasSubstr("wants a key; set CAROUSEL_KEY, or name a "
                                     "file that holds the key by --key_file"));
  server_.get_server_info = [](const auto&, auto&) {
    return StatusWithDetails(grpc::StatusCode::PERMISSION_DENIED,
                             "this call needs admin",
                             {.reason = "ROLE_TOO_SMALL"});
  };
  const Outcome small = Info(server_, {});
  EXPECT_EQ(small.code, 4);
  EXPECT_THAT(small.err, HasSubstr("needs admin; set CAROUSEL_KEY"));
}

TEST_F(ConnectionTest, SpeaksTlsToAServerThatItsFileVouchesFor) {
  FakeServer server(ServerTls(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE));
  Answer(server);
  variables_["CAROUSEL_KEY"] = "the-key";
  const Outcome outcome = Info(
      server, {"--tls_ca=" + WriteInput("ca.pem", authority_.certificate())});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(server.authorization(), "Bearer the-key");
}

TEST_F(ConnectionTest, LeavesAServerThatNobodyVouchesFor) {
  FakeServer server(ServerTls(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE));
  Answer(server);
  variables_["CAROUSEL_KEY"] = "the-key";
  const TestAuthority other("other authority");
  EXPECT_EQ(
      Info(server, {"--tls_ca=" + WriteInput("ca.pem", other.certificate())})
          .code,
      5);
  EXPECT_EQ(server.authorization(), "");
}

TEST_F(ConnectionTest, ClearTextToATlsServerIsFiveAndNamesTheFix) {
  FakeServer server(ServerTls(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE));
  const Outcome outcome = Info(server, {});
  EXPECT_EQ(outcome.code, 5);
  EXPECT_THAT(outcome.err, HasSubstr("--tls or --tls_ca where it speaks TLS"));
}

TEST_F(ConnectionTest, ShowsItsCertificateToAServerThatAsks) {
  FakeServer server(
      ServerTls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY));
  Answer(server);
  std::vector<std::string> options = {
      "--tls_ca=" + WriteInput("ca.pem", authority_.certificate())};
  EXPECT_EQ(Info(server, options).code, 5);
  for (const std::string& option : Show(authority_.Issue("client"))) {
    options.push_back(option);
  }
  EXPECT_EQ(Info(server, options).code, 0);
}

TEST_F(ConnectionTest, TlsComesFromTheEnvironmentUnlessItIsGiven) {
  FakeServer server(
      ServerTls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY));
  Answer(server);
  const TestIdentity identity = authority_.Issue("client");
  variables_["CAROUSEL_TLS_CA"] =
      WriteInput("ca.pem", authority_.certificate());
  variables_["CAROUSEL_TLS_CERT"] =
      WriteInput("env_cert.pem", identity.certificate);
  variables_["CAROUSEL_TLS_KEY"] = WriteInput("env_key.pem", identity.key);
  EXPECT_EQ(Info(server, {}).code, 0);
  const TestAuthority other("other authority");
  EXPECT_EQ(
      Info(server, {"--tls_ca=" + WriteInput("other.pem", other.certificate())})
          .code,
      5);
  // Another certificate than that of the environment, whose key it is not.
  EXPECT_EQ(Info(server, Show(other.Issue("client"))).code, 5);
  EXPECT_EQ(Info(server, Show(authority_.Issue("client 2"))).code, 0);
}

TEST_F(ConnectionTest, TheEnvironmentAsksForTlsByOne) {
  FakeServer server(ServerTls(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE));
  Answer(server);
  // This machine's authorities do not know the test's, so TLS is a failure,
  // and a server in clear text one too.
  variables_["CAROUSEL_TLS"] = "1";
  EXPECT_EQ(Info(server, {}).code, 5);
  EXPECT_EQ(Info(server_, {}).code, 5);
  variables_["CAROUSEL_TLS"] = "0";
  EXPECT_EQ(Info(server_, {}).code, 0);
  variables_["CAROUSEL_TLS"] = "maybe";
  const Outcome outcome = Info(server_, {});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("CAROUSEL_TLS: it is \"maybe\"; it must "
                                     "be 1 or 0"));
}

TEST_F(ConnectionTest, WhatIsWrongInTheEnvironmentIsNamed) {
  variables_["CAROUSEL_TLS_CA"] = "/no/file";
  EXPECT_THAT(Info(server_, {}).err, HasSubstr("CAROUSEL_TLS_CA: "));
  variables_["CAROUSEL_TLS_CA"] = "";
  variables_["CAROUSEL_TLS_CERT"] = "cert.pem";
  const Outcome outcome = Info(server_, {});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err,
              HasSubstr("CAROUSEL_TLS_CERT: it needs CAROUSEL_TLS_KEY"));
  variables_["CAROUSEL_TLS_CERT"] = "";
  variables_["CAROUSEL_TLS_KEY"] = "key.pem";
  EXPECT_THAT(Info(server_, {}).err,
              HasSubstr("CAROUSEL_TLS_KEY: it needs CAROUSEL_TLS_CERT"));
}

TEST_F(ConnectionTest, CertificatesThatCannotBeAreRefused) {
  const TestIdentity identity = authority_.Issue("client");
  const Outcome ca =
      Info(server_, {"--tls_ca=" + WriteInput("ca.pem", identity.key)});
  EXPECT_EQ(ca.code, 4);
  EXPECT_THAT(ca.err, AllOf(HasSubstr("--tls_ca: "), HasSubstr("ca.pem"),
                            HasSubstr("no certificate")));
  const Outcome pair = Info(
      server_, Show({identity.certificate, authority_.Issue("other").key}));
  EXPECT_EQ(pair.code, 4);
  EXPECT_THAT(pair.err,
              AllOf(HasSubstr("--tls_key: "), HasSubstr("key.pem"),
                    HasSubstr("not that of the certificate CN=client")));
}

TEST(SendsKeyInClearTextTest, KnowsThisMachineFromOthers) {
  ClientOptions options{.key = "the-key"};
  for (const char* address :
       {"127.0.0.1:50051", "127.1.2.3:1", "localhost:50051", "[::1]:50051"}) {
    options.address = address;
    EXPECT_FALSE(SendsKeyInClearText(options)) << address;
  }
  for (const char* address :
       {"10.0.0.1:50051", "example.org:50051", "[::2]:50051",
        "localhost.example.org:1", "127.example.org:1"}) {
    options.address = address;
    EXPECT_TRUE(SendsKeyInClearText(options)) << address;
  }
  options.tls.emplace();
  EXPECT_FALSE(SendsKeyInClearText(options));
  options.tls.reset();
  options.key.clear();
  EXPECT_FALSE(SendsKeyInClearText(options));
}

TEST_F(ConnectionTest, WarnsOfAKeyInClearText) {
  variables_["CAROUSEL_KEY"] = "the-key";
  // A name of this machine that does not say so; nobody listens there.
  const Outcome outcome =
      RunBare({"server", "info", "--server=0.0.0.0:1", "--timeout=60"});
  EXPECT_EQ(outcome.code, 5);
  EXPECT_THAT(outcome.err, HasSubstr("warning: the key travels to 0.0.0.0:1 in "
                                     "clear text"));
}

}  // namespace
}  // namespace carousel::client
