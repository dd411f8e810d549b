#include "core/train/training_run.h"

#include <memory>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/stoppable_source.h"
#include "core/data/dataset.h"
#include "core/nn/model_folder.h"
#include "core/nn/torch_status.h"
#include "core/text/word_vectors.h"
#include "core/train/encoded_corpus.h"
#include "core/train/initial_embedding.h"
#include "core/train/run_report.h"
#include "core/train/trainer.h"
#include "core/train/work_folder.h"

namespace carousel {
namespace {

absl::StatusOr<WordVectors> ReadVectors(const std::filesystem::path& path,
                                        const Vocabulary& vocabulary,
                                        const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> file,
                   OpenByteSource(path));
  StoppableSource source(*file, stop);
  const auto is_known = [&vocabulary](std::string_view word) {
    return vocabulary.Find(word) != kUnknownId;
  };
  absl::StatusOr<WordVectors> vectors =
      ReadWordVectors(source, is_known, /*summary=*/nullptr);
  if (!vectors.ok()) return WithContext(vectors.status(), path.string());
  return vectors;
}

int MajorityLabel(const std::vector<float>& labels) {
  std::size_t positive = 0;
  for (const float label : labels) positive += label >= 0.5F ? 1 : 0;
  return 2 * positive >= labels.size() ? 1 : 0;
}

// All that training reads, with the dataset's raw texts already let go.
struct Inputs {
  EncodedCorpus corpus;
  WordVectors vectors;
  ModelConfig config;
};

absl::StatusOr<Inputs> LoadInputs(const TrainingRunOptions& options,
                                  TrainingObserver& observer,
                                  const std::stop_token& stop) {
  const HyperParameters& parameters = options.parameters;
  observer.OnStage("loading");
  ASSIGN_OR_RETURN(const Dataset dataset,
                   ReadDataset(options.dataset_folder, stop));
  observer.OnStage("encoding");
  ASSIGN_OR_RETURN(EncodedCorpus corpus,
                   EncodeCorpus(dataset, parameters, stop));
  ASSIGN_OR_RETURN(WordVectors vectors,
                   ReadVectors(options.vectors_file, corpus.vocabulary, stop));
  const ModelConfig config = {
      .text = parameters.text,
      .max_tokens = parameters.max_tokens,
      .truncation = parameters.truncate,
      .vocabulary_size = static_cast<std::int64_t>(corpus.vocabulary.size()),
      .embedding_size = static_cast<std::int64_t>(vectors.dimension()),
      .hidden_size = parameters.hidden_size,
      .layers = parameters.layers,
      .bidirectional = parameters.bidirectional,
      .pooling = parameters.pooling,
      .label_names = dataset.label_names,
      .majority_label = MajorityLabel(corpus.train.labels)};
  return Inputs{std::move(corpus), std::move(vectors), config};
}

// Everything that goes into the model folder.
struct FinishedRun {
  const SentimentLstm& model;
  const Vocabulary& vocabulary;
  nlohmann::json metrics;
  nlohmann::json provenance;
};

absl::Status WriteModelFolder(const FinishedRun& run,
                              const std::filesystem::path& folder) {
  RETURN_IF_ERROR(SaveModel(run.model, run.vocabulary, folder));
  RETURN_IF_ERROR(
      WriteFileAtomically(folder / kMetricsFile, run.metrics.dump(2) + "\n"));
  return WriteFileAtomically(folder / kProvenanceFile,
                             run.provenance.dump(2) + "\n");
}

nlohmann::json Provenance(const TrainingRunOptions& options,
                          const std::vector<ComputeStretch>& compute) {
  nlohmann::json provenance = options.provenance;
  provenance["hyperparameters"] = ToJson(options.parameters);
  provenance["compute"] = ToJson(compute);
  return provenance;
}

absl::StatusOr<TrainingRunResult> TrainFromDisk(
    const TrainingRunOptions& options, TrainingObserver& observer,
    const std::stop_token& stop) {
  RETURN_IF_ERROR(Validate(options.parameters));
  RETURN_IF_ERROR(RemoveLeftovers(options.work_folder));
  FlushDenormals();
  SetTorchThreads(options.threads);
  ASSIGN_OR_RETURN(Inputs inputs, LoadInputs(options, observer, stop));
  const Vocabulary vocabulary = inputs.corpus.vocabulary;
  RunReport report{
      .data = DescribeData(inputs.corpus, inputs.vectors, options.parameters)};

  if (stop.stop_requested()) {
    return absl::CancelledError("stopped before the first epoch");
  }
  observer.OnStage("training");
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Trainer> trainer,
      Trainer::Create(
          {.parameters = options.parameters,
           .config = inputs.config,
           .engine = options.engine,
           .device = options.device,
           .checkpoint_folder = options.work_folder},
          InitialEmbedding(vocabulary, inputs.vectors, options.parameters.seed),
          std::move(inputs.corpus.train), std::move(inputs.corpus.validation)));
  ASSIGN_OR_RETURN(TrainingResult trained, trainer->Run(observer, stop));

  observer.OnStage("saving");
  const TrainingRunResult result = {
      .model_folder = options.work_folder / kResultFolder,
      .best_epoch = trained.best_epoch,
      .best_validation_accuracy = trained.best_validation_accuracy};
  report.epochs = std::move(trained.epochs);
  report.best_epoch = trained.best_epoch;
  report.stopped_early = trained.stopped_early;
  report.validation = trained.validation;
  const FinishedRun run = {.model = *trained.model,
                           .vocabulary = vocabulary,
                           .metrics = ToJson(report),
                           .provenance = Provenance(options, trained.compute)};
  RETURN_IF_ERROR(PublishResultFolder(options.work_folder,
                                      [&](const std::filesystem::path& folder) {
                                        return WriteModelFolder(run, folder);
                                      }));
  return result;
}

}  // namespace

absl::StatusOr<TrainingRunResult> RunTraining(const TrainingRunOptions& options,
                                              TrainingObserver& observer,
                                              const std::stop_token& stop) {
  try {
    return TrainFromDisk(options, observer, stop);
  } catch (...) {
    return TorchExceptionToStatus();
  }
}

}  // namespace carousel
