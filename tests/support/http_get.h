// A client of HTTP that is just good enough for /metrics.
#ifndef CAROUSEL_TESTS_SUPPORT_HTTP_GET_H_
#define CAROUSEL_TESTS_SUPPORT_HTTP_GET_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace carousel {

// The body of a 200 answer from "127.0.0.1:PORT".
absl::StatusOr<std::string> HttpGet(const std::string& address,
                                    const std::string& path);

// Prometheus' text format as series -> value, a series written as in the text:
// `name{label="value",...}` with labels in the order of their names.
using Series = std::map<std::string, double>;
Series ParseExposition(const std::string& text);

// The series that `address` shows now.
absl::StatusOr<Series> Scrape(const std::string& address);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_HTTP_GET_H_
