#include "core/train/vectors_run.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/text/skip_gram.h"
#include "core/train/vectors_checkpoint.h"
#include "core/train/vectors_texts.h"
#include "core/train/work_folder.h"

namespace carousel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double Speed(std::int64_t tokens, double seconds) {
  return seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
}

EpochMetrics ToMetrics(const SkipGramEpoch& epoch) {
  return {.epoch = epoch.epoch,
          .train_loss = epoch.loss,
          .train_accuracy = kNone,
          .validation_loss = kNone,
          .validation_accuracy = kNone,
          .learning_rate = epoch.learning_rate,
          .gradient_norm = kNone,
          .tokens_per_second = Speed(epoch.tokens, epoch.seconds),
          .seconds = epoch.seconds,
          .tokens = epoch.tokens};
}

// Tells a running epoch.
class EpochReporter {
 public:
  EpochReporter(const SkipGramCorpus& corpus, const Clock& clock,
                TrainingObserver& observer)
      : texts_(static_cast<std::int64_t>(corpus.texts())),
        clock_(clock),
        observer_(observer),
        begin_(clock.SteadyNow()) {}

  void Report(const SkipGramProgress& progress) {
    const std::chrono::duration<double> seconds = clock_.SteadyNow() - begin_;
    observer_.OnBatch(
        {.epoch = progress.epoch,
         .batch = progress.texts,
         .batches = texts_,
         .mean_loss = progress.mean_loss,
         .learning_rate = progress.learning_rate,
         .gradient_norm = kNone,
         .tokens = progress.tokens - reported_,
         .tokens_per_second = Speed(progress.tokens, seconds.count())});
    reported_ = progress.tokens;
  }

 private:
  const std::int64_t texts_;
  const Clock& clock_;
  TrainingObserver& observer_;
  const std::chrono::steady_clock::time_point begin_;
  std::int64_t reported_ = 0;
};

absl::Status CheckSameRun(const VectorsCheckpoint& checkpoint,
                          const SkipGramSettings& settings,
                          const std::string& inputs_sha256) {
  if (checkpoint.settings != settings) {
    return absl::FailedPreconditionError(
        "the checkpoint is of a run with other settings");
  }
  if (checkpoint.inputs_sha256 != inputs_sha256) {
    return absl::FailedPreconditionError(
        "the checkpoint is of a run on other texts");
  }
  return absl::OkStatus();
}

// Puts the model where the checkpoint has it; gives the epochs done.
absl::StatusOr<std::vector<SkipGramEpoch>> Resume(
    const VectorsRunOptions& options, const std::string& inputs_sha256,
    SkipGram& model, TrainingObserver& observer) {
  ASSIGN_OR_RETURN(std::optional<VectorsCheckpoint> checkpoint,
                   ReadVectorsCheckpoint(options.work_folder));
  if (!checkpoint.has_value()) return std::vector<SkipGramEpoch>();
  RETURN_IF_ERROR(CheckSameRun(*checkpoint, options.settings, inputs_sha256));
  model.inputs().SetValues(checkpoint->inputs);
  model.outputs().SetValues(checkpoint->outputs);
  for (const SkipGramEpoch& epoch : checkpoint->epochs) {
    observer.OnEpoch(ToMetrics(epoch));
  }
  return std::move(checkpoint->epochs);
}

// The word and its numbers, in as many digits as give them back.
void AppendLine(std::string_view word, std::span<const float> vector,
                std::string& line) {
  line.append(word);
  std::array<char, 32> digits;
  for (const float value : vector) {
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), value);
    line.push_back(' ');
    line.append(digits.data(), end);
  }
  line.push_back('\n');
}

absl::Status WriteVectors(const SkipGramCorpus& corpus, const SkipGram& model,
                          const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFileWriter> file,
                   AtomicFileWriter::Create(path));
  std::string line =
      absl::StrCat(corpus.words(), " ", model.vector(0).size(), "\n");
  for (std::size_t i = 0; i < corpus.words(); ++i) {
    const auto word = static_cast<WordIndex>(i);
    AppendLine(corpus.word(word), model.vector(word), line);
    RETURN_IF_ERROR(file->Append(line));
    line.clear();
  }
  return file->Commit();
}

absl::Status WriteCounts(const SkipGramCorpus& corpus,
                         const std::filesystem::path& path) {
  std::string lines;
  for (std::size_t i = 0; i < corpus.words(); ++i) {
    absl::StrAppend(&lines, corpus.word(static_cast<WordIndex>(i)), " ",
                    corpus.counts()[i], "\n");
  }
  return WriteFileAtomically(path, lines);
}

int Threads(int asked) {
  if (asked > 0) return asked;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

absl::Status TrainEpochs(const VectorsRunOptions& options,
                         const SkipGramCorpus& corpus, SkipGram& model,
                         TrainingObserver& observer,
                         const std::stop_token& stop) {
  const std::string sha256 = corpus.Sha256();
  ASSIGN_OR_RETURN(std::vector<SkipGramEpoch> epochs,
                   Resume(options, sha256, model, observer));
  while (static_cast<std::int64_t>(epochs.size()) < options.settings.epochs) {
    EpochReporter reporter(corpus, *options.clock, observer);
    ASSIGN_OR_RETURN(
        const SkipGramEpoch epoch,
        model.TrainEpoch(
            static_cast<std::int64_t>(epochs.size()) + 1,
            [&](const SkipGramProgress& report) { reporter.Report(report); },
            stop));
    epochs.push_back(epoch);
    RETURN_IF_ERROR(
        WriteVectorsCheckpoint({.settings = options.settings,
                                .inputs_sha256 = sha256,
                                .epochs = epochs,
                                .inputs = model.inputs().Values(),
                                .outputs = model.outputs().Values()},
                               options.work_folder));
    observer.OnEpoch(ToMetrics(epoch));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::filesystem::path> TrainFromDisk(
    const VectorsRunOptions& options, TrainingObserver& observer,
    const std::stop_token& stop) {
  RETURN_IF_ERROR(Validate(options.settings));
  RETURN_IF_ERROR(RemoveLeftovers(options.work_folder));
  observer.OnStage("encoding");
  ASSIGN_OR_RETURN(const VectorsTexts texts,
                   ReadVectorsTexts(options.dataset_folders, options.settings,
                                    observer, stop));
  observer.OnVectorsTexts(texts.counts);
  observer.OnStage("training");
  ASSIGN_OR_RETURN(
      const std::unique_ptr<SkipGram> model,
      SkipGram::Create(texts.corpus, {.settings = options.settings,
                                      .threads = Threads(options.threads),
                                      .clock = options.clock}));
  RETURN_IF_ERROR(TrainEpochs(options, texts.corpus, *model, observer, stop));
  observer.OnStage("saving");
  RETURN_IF_ERROR(PublishResultFolder(
      options.work_folder, [&](const std::filesystem::path& folder) {
        RETURN_IF_ERROR(WriteCounts(texts.corpus, folder / kWordCountsFile));
        return WriteVectors(texts.corpus, *model, folder / kVectorsFile);
      }));
  return options.work_folder / kResultFolder;
}

}  // namespace

absl::StatusOr<std::filesystem::path> RunVectorsTraining(
    const VectorsRunOptions& options, TrainingObserver& observer,
    const std::stop_token& stop) {
  try {
    return TrainFromDisk(options, observer, stop);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        "the memory is not enough for these texts and settings");
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot start a thread: ", error.what()));
  }
}

}  // namespace carousel
