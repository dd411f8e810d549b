// Whose word vectors a command looks at: --model or --vectors.
#ifndef CAROUSEL_CLIENT_CLI_VECTORS_SOURCE_H_
#define CAROUSEL_CLIENT_CLI_VECTORS_SOURCE_H_

#include <initializer_list>
#include <string>

#include "client/cli/command_line.h"

namespace carousel::client {

struct VectorsSource {
  std::string model;
  std::string vectors;

  // Into a request that has either as its source.
  template <typename Request>
  void WriteTo(Request& request) const {
    if (vectors.empty()) {
      request.set_model(model);
    } else {
      request.set_vectors(vectors);
    }
  }
};

void AddVectorsSource(VectorsSource& source, CLI::App& command);

// Throws CLI::ValidationError unless one of them was given.
void CheckVectorsSource(const CLI::App& command);

// How many of the options were given.
int CountGiven(const CLI::App& command,
               std::initializer_list<const char*> options);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_VECTORS_SOURCE_H_
