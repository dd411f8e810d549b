// A text that is sent as it comes, and the model's opinion of it so far.
#ifndef CAROUSEL_CLIENT_PREDICTION_STREAM_H_
#define CAROUSEL_CLIENT_PREDICTION_STREAM_H_

#include <grpcpp/support/sync_stream.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/call.h"
#include "client/client.h"

namespace carousel::client {

// One call of PredictStream, an answer for a chunk at a time. What ends the
// call, at the server or by `options`, is the error of the method that is
// called next; after an error, and after Finish, there is nothing more to do.
// Destroyed before its end, it cancels the call. Not thread-safe.
class PredictionStream {
 public:
  // `client` is not owned. Sends `model`, "name", "name@version" or
  // "name@label"; what is wrong with it is told by the first Send or Finish.
  PredictionStream(const Client& client, const std::string& model,
                   const CallOptions& options);
  ~PredictionStream();
  PredictionStream(const PredictionStream&) = delete;
  PredictionStream& operator=(const PredictionStream&) = delete;

  // The text's next bytes, up to 1 MiB of them.
  absl::StatusOr<v1::PredictStreamResponse> Send(std::string chunk);
  // The text is over: the answer to the whole of it.
  absl::StatusOr<v1::PredictStreamResponse> Finish();

 private:
  absl::StatusOr<v1::PredictStreamResponse> Read();
  // How the call ended; an error in any case, where it should go on.
  absl::Status End();

  const Client& client_;
  CallContext context_;
  // Null once the call is over.
  std::unique_ptr<grpc::ClientReaderWriterInterface<v1::PredictStreamRequest,
                                                    v1::PredictStreamResponse>>
      call_;
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_PREDICTION_STREAM_H_
