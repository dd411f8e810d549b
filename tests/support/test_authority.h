// Certificates for a test, from an authority of its own.
#ifndef CAROUSEL_TESTS_SUPPORT_TEST_AUTHORITY_H_
#define CAROUSEL_TESTS_SUPPORT_TEST_AUTHORITY_H_

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace carousel {

// A certificate and its private key, both in PEM.
struct TestIdentity {
  std::string certificate;
  std::string key;
};

// Signs certificates with a key that is made when it is. Aborts where OpenSSL
// fails. Not thread-safe.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // Its own certificate, in PEM.
  const std::string& certificate() const { return certificate_; }

  // A certificate of CN=`name` for 127.0.0.1 and localhost, with a key of its
  // own.
  TestIdentity Issue(const std::string& name,
                     absl::Time not_after = absl::Now() + absl::Hours(1)) const;

 private:
  struct Material;

  std::unique_ptr<Material> material_;
  std::string certificate_;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_TEST_AUTHORITY_H_
