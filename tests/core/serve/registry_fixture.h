// A registry over a store, whose models are no networks: version N takes
// 1000 N bytes.
#ifndef CAROUSEL_TESTS_CORE_SERVE_REGISTRY_FIXTURE_H_
#define CAROUSEL_TESTS_CORE_SERVE_REGISTRY_FIXTURE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/serve/model_registry.h"
#include "tests/core/store/store_fixture.h"
#include "tests/support/fake_live_model.h"
#include "tests/support/status_matchers.h"

namespace carousel {

class RegistryFixture : public StoreTest {
 protected:
  RegistryFixture() { StartRegistry(); }

  // As a new server does, over the same files.
  void Restart() {
    registry_.reset();
    Reopen();
    StartRegistry();
  }

  ModelVersionRecord Record(const std::string& job,
                            std::optional<double> accuracy = 0.8,
                            const std::string& dataset = "imdb") {
    return {.model = "m",
            .job = job,
            .dataset = dataset,
            .vectors = "glove",
            .validation_accuracy = accuracy};
  }
  absl::StatusOr<ModelVersionRecord> PublishJob(const std::string& job,
                                                bool promote = false) {
    return registry_->Publish(Record(job), Content("weights", job), promote);
  }

  static ModelReference Ref(const std::string& text) {
    return ModelReference::Parse(text).value();
  }
  // The version that answers for a reference; the code's number, negative,
  // when none does.
  std::int64_t VersionOf(const std::string& reference) {
    const auto model = registry_->Get(Ref(reference));
    return model.ok() ? (*model)->version() : -model.status().raw_code();
  }
  std::vector<std::string> LabelsOf(std::int64_t version) {
    const auto record = models_->Resolve({.name = "m", .version = version});
    return record.ok() ? record->labels : std::vector<std::string>{"none"};
  }
  int loads() const { return loads_; }

  // Versions whose loads fail, and what every other load waits for.
  std::set<std::int64_t> broken_;
  absl::Status load_error_ = absl::FailedPreconditionError("warm-up failed");
  std::function<void(std::int64_t)> before_load_ = [](std::int64_t) {};
  std::vector<bool> observed_;
  std::int64_t memory_bytes_ = 0;  // from the next Restart() on
  std::unique_ptr<ModelRegistry> registry_;

 private:
  void StartRegistry() {
    loads_ = 0;
    registry_ = std::make_unique<ModelRegistry>(
        *models_,
        [this](const std::string& name, std::int64_t version,
               const std::filesystem::path& folder)
            -> absl::StatusOr<std::shared_ptr<const LiveModel>> {
          ++loads_;
          before_load_(version);
          EXPECT_TRUE(std::filesystem::exists(folder / "weights"));
          if (broken_.contains(version)) return load_error_;
          return std::make_shared<FakeLiveModel>(name, version);
        },
        [this](double seconds, bool ok) {
          EXPECT_GE(seconds, 0);
          observed_.push_back(ok);
        },
        ModelRegistryOptions{.memory_bytes = memory_bytes_, .clock = &clock_});
  }

  std::atomic<int> loads_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_SERVE_REGISTRY_FIXTURE_H_
