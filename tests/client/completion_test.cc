// carousel completion, and what it asks the program: carousel complete.
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;

class CompletionTest : public CliTest {
 protected:
  // What may follow, without what it means.
  std::vector<std::string> After(std::vector<std::string> words) {
    std::vector<std::string> candidates;
    for (const std::string& line : Lines(std::move(words))) {
      candidates.push_back(line.substr(0, line.find('\t')));
    }
    return candidates;
  }
  std::vector<std::string> Lines(std::vector<std::string> words) {
    words.insert(words.begin(), "complete");
    variables_["CAROUSEL_SERVER"] = server_.address();
    const Outcome outcome = RunBare(words);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.err, IsEmpty());
    std::vector<std::string> lines = absl::StrSplit(outcome.out, '\n');
    EXPECT_EQ(lines.back(), "");
    lines.pop_back();
    return lines;
  }

  void ServeJobs() {
    server_.list_jobs = [](const auto&, auto& response) {
      for (const char* job : {"job-000012", "job-000002"}) {
        response.add_jobs()->set_job(job);
        response.mutable_jobs()->rbegin()->set_model("imdb");
        response.mutable_jobs()->rbegin()->set_state(
            v1::TrainingJob::STATE_RUNNING);
      }
      return grpc::Status::OK;
    };
  }
  void ServeModels() {
    server_.list_models = [](const auto&, auto& response) {
      for (const int version : {2, 1}) {
        auto& model = *response.add_versions();
        model.set_model("imdb");
        model.set_version(version);
        if (version == 2) model.add_labels("stable");
      }
      response.add_versions()->set_model("books");
      return grpc::Status::OK;
    };
  }
};

TEST_F(CompletionTest, CommandsAndGroups) {
  EXPECT_THAT(After({""}), IsSupersetOf({"dataset", "train", "jobs"}));
  EXPECT_THAT(After({"jo"}), ElementsAre("jobs"));
  EXPECT_THAT(After({"jobs", ""}), ElementsAre("list", "get", "watch", "cancel",
                                               "resume", "delete"));
  EXPECT_THAT(After({"--json", "jobs", "re"}), ElementsAre("resume"));
  EXPECT_THAT(After({"--timeout", "5", "jobs", "re"}), ElementsAre("resume"));
  EXPECT_THAT(After({"frob", ""}), Not(IsEmpty()));
  EXPECT_THAT(After({""}), Not(Contains("complete")));
}

TEST_F(CompletionTest, OptionsOfTheCommandAndOfTheProgram) {
  EXPECT_THAT(After({"train", "--pre"}), ElementsAre("--preset="));
  EXPECT_THAT(After({"train", "--watch"}), ElementsAre("--watch"));
  EXPECT_THAT(After({"jobs", "list", "-"}),
              IsSupersetOf({"--state=", "--limit=", "--server=", "--json"}));
  EXPECT_THAT(Lines({"jobs", "list", "--sta"}),
              ElementsAre("--state=\tOnly jobs in this state"));
}

TEST_F(CompletionTest, ValuesThatAnOptionKnows) {
  EXPECT_THAT(After({"jobs", "list", "--state", "c"}),
              ElementsAre("cancelled"));
  EXPECT_THAT(After({"jobs", "list", "--state=r"}),
              ElementsAre("--state=running"));
  EXPECT_THAT(
      After({"train", "--preset="}),
      ElementsAre("--preset=classic", "--preset=strong", "--preset=streaming"));
  EXPECT_THAT(After({"evaluate", "--split", "t"}),
              ElementsAre("train", "test"));
  EXPECT_THAT(After({"dataset", "import", "--split", ""}), IsEmpty());
  EXPECT_THAT(After({"admin", "log_level", "d"}), ElementsAre("debug"));
  EXPECT_THAT(After({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
}

TEST_F(CompletionTest, NamesOfTheServer) {
  ServeJobs();
  ServeModels();
  server_.list_datasets = [](const auto&, auto& response) {
    response.add_datasets()->set_name("reviews");
    return grpc::Status::OK;
  };
  server_.list_vectors = [](const auto&, auto& response) {
    response.add_vectors()->set_name("glove");
    return grpc::Status::OK;
  };
  EXPECT_THAT(Lines({"jobs", "get", "job-00001"}),
              ElementsAre("job-000012\timdb, RUNNING"));
  EXPECT_THAT(After({"jobs", "get", "job-000012", ""}), IsEmpty());
  EXPECT_THAT(After({"train", "--dataset="}), ElementsAre("--dataset=reviews"));
  EXPECT_THAT(After({"train", "--dataset", "r"}), ElementsAre("reviews"));
  EXPECT_THAT(After({"dataset", "describe", ""}), ElementsAre("reviews"));
  EXPECT_THAT(After({"vectors", "delete", ""}), ElementsAre("glove"));
  EXPECT_THAT(After({"models", "get", ""}), ElementsAre("imdb", "books"));
  EXPECT_THAT(After({"models", "get", "imdb@"}),
              ElementsAre("imdb@2", "imdb@stable", "imdb@1"));
  EXPECT_THAT(After({"predict", "--model=imdb@s"}),
              ElementsAre("--model=imdb@stable"));
}

TEST_F(CompletionTest, TheWordsBeforeSayWhichServer) {
  ServeJobs();
  const std::string here = server_.address();
  variables_["CAROUSEL_SERVER"] = kUnusedAddress;
  const std::vector<std::vector<std::string>> options = {{"--server=" + here},
                                                         {"--server", here}};
  for (const std::vector<std::string>& option : options) {
    std::vector<std::string> words = {"complete"};
    words.insert(words.end(), option.begin(), option.end());
    words.insert(words.end(), {"jobs", "get", "job-00001"});
    EXPECT_THAT(RunBare(words).out, StartsWith("job-000012"));
  }
}

TEST_F(CompletionTest, WithoutAServerThereAreNoNamesAndNoComplaints) {
  variables_["CAROUSEL_SERVER"] = kUnusedAddress;
  const Outcome outcome = RunBare({"complete", "jobs", "get", ""});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, IsEmpty());
  variables_["CAROUSEL_SERVER"] = "nonsense";
  EXPECT_THAT(RunBare({"complete", "jobs", "get", ""}).err, IsEmpty());
}

TEST_F(CompletionTest, FilesWhereThereAreFiles) {
  EXPECT_THAT(After({"dataset", "import", "imdb", ""}), ElementsAre(":files"));
  EXPECT_THAT(After({"predict", "--csv="}), ElementsAre(":files"));
  EXPECT_THAT(After({"--key_file", ""}), ElementsAre(":files"));
  EXPECT_THAT(After({"train", "--epochs="}), IsEmpty());
}

TEST_F(CompletionTest, OddWordsAreNoTrouble) {
  EXPECT_THAT(After({"train", "--nonsense=x", "--pres"}),
              ElementsAre("--preset="));
  EXPECT_THAT(After({"train", "--nonsense="}), IsEmpty());
  EXPECT_THAT(After({"jobs", "get", "--", "--"}), Not(IsEmpty()));
  EXPECT_EQ(RunBare({"complete"}).code, 0);
}

TEST_F(CompletionTest, EveryShellHasItsScript) {
  EXPECT_THAT(RunBare({"completion", "bash"}).out,
              HasSubstr("\ncomplete -F _carousel carousel\n"));
  EXPECT_THAT(RunBare({"completion", "zsh"}).out,
              StartsWith("#compdef carousel\n"));
  EXPECT_THAT(RunBare({"completion", "fish"}).out,
              HasSubstr("\ncomplete --command carousel "));
  EXPECT_EQ(RunBare({"completion", "fish", "--json"}).Json()["shell"], "fish");
  const Outcome wrong = RunBare({"completion", "tcsh"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("bash"), HasSubstr("fish")));
}

}  // namespace
}  // namespace carousel::client
