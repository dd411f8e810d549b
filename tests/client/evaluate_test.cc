// carousel evaluate
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using EvaluateTest = CliTest;

grpc::Status Answer(const v1::EvaluateRequest& request,
                    v1::EvaluateResponse& response) {
  v1::Evaluation& evaluation = *response.mutable_evaluation();
  evaluation.set_model(request.model());
  evaluation.set_version(3);
  evaluation.set_dataset(request.dataset());
  evaluation.set_split(request.split().empty() ? "all" : request.split());
  evaluation.set_count(10);
  evaluation.set_accuracy(0.75);
  evaluation.set_recall(0);
  evaluation.set_true_negatives(1);
  evaluation.set_false_positives(2);
  evaluation.set_false_negatives(3);
  evaluation.set_true_positives(4);
  return grpc::Status::OK;
}

TEST_F(EvaluateTest, JsonHasItsFieldsAndNullForWhatDoesNotExist) {
  server_.evaluate = Answer;
  const Outcome outcome = Run({"evaluate", "--model=imdb", "--dataset=other",
                               "--split=test", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out,
            R"({"model":"imdb","version":3,"dataset":"other","split":"test",)"
            R"("count":10,"accuracy":0.75,"precision":null,"recall":0.0,)"
            R"("f1":null,"roc_auc":null,"loss":null,)"
            R"("confusion_matrix":[[1,2],[3,4]]})"
            "\n");
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(EvaluateTest, SaysThatAllRowsOfAnotherDatasetWereUsed) {
  server_.evaluate = Answer;
  const Outcome outcome = Run({"evaluate", "--model=imdb", "--dataset=other"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("measured on all of other"));
  EXPECT_THAT(
      Run({"evaluate", "--model=imdb", "--dataset=other", "--split=all"}).err,
      IsEmpty());
}

TEST_F(EvaluateTest, PeopleSeeSharesAndTheMatrix) {
  server_.evaluate = Answer;
  EXPECT_THAT(Run({"evaluate", "--model=imdb", "--dataset=d"}).out,
              AllOf(HasSubstr("accuracy           75.00 %"),
                    HasSubstr("precision          -"), HasSubstr("negative  "),
                    HasSubstr("imdb@3")));
}

TEST_F(EvaluateTest, WarnsOfTextsThatWereSkipped) {
  server_.evaluate = [](const auto& request, auto& response) {
    response.mutable_evaluation()->set_skipped(1234);
    return Answer(request, response);
  };
  EXPECT_THAT(Run({"evaluate", "--model=m", "--dataset=d", "--json"}).err,
              HasSubstr("warning: 1,234 texts"));
}

}  // namespace
}  // namespace carousel::client
