// Finds what would make the host wait for an accelerator, on a CPU as well.
#ifndef CAROUSEL_TESTS_SUPPORT_HOST_READS_H_
#define CAROUSEL_TESTS_SUPPORT_HOST_READS_H_

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/mutex.h"

namespace carousel {

// While it lives, notes LibTorch's operations on this thread that read a
// device's memory back (a value, or a size that follows from values), copies
// between host and device that are waited for, and those of the way back, which
// LibTorch takes on a thread of its own for a device. One at a time in a
// process.
class HostReads {
 public:
  HostReads() {
    {
      const MutexLock lock(mutex_);
      found_.clear();
    }
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&HostReads::OnBegin, &HostReads::OnEnd)
            .needsInputs(true)
            .scopes({at::RecordScope::FUNCTION}));
  }
  ~HostReads() { at::removeCallback(handle_); }
  HostReads(const HostReads&) = delete;
  HostReads& operator=(const HostReads&) = delete;

  // Their names, in order: "aten::item".
  std::vector<std::string> found() const {
    const MutexLock lock(mutex_);
    return found_;
  }

 private:
  static bool ReadsBack(const std::string& name) {
    for (const char* const reader :
         {"aten::item", "aten::_local_scalar_dense", "aten::is_nonzero",
          "aten::nonzero", "aten::masked_select", "aten::equal",
          "aten::unique_dim", "aten::unique_consecutive", "aten::_unique",
          "aten::_unique2"}) {
      if (name == reader) return true;
    }
    return false;
  }

  static bool IsWaitedFor(const at::RecordFunction& function) {
    const auto inputs = function.inputs();
    if (inputs.size() < 3 || !inputs[0].isTensor() || !inputs[1].isTensor()) {
      return false;
    }
    return inputs[0].toTensor().device() != inputs[1].toTensor().device() &&
           !inputs[2].toBool();
  }

  // Their form for the CPU reads the number of steps by aten::item; that for
  // CUDA reads it on the device.
  static bool IsAdam(const std::string& name) {
    return name == "aten::_fused_adam_" || name == "aten::_fused_adamw_";
  }

  static std::unique_ptr<at::ObserverContext> OnBegin(
      const at::RecordFunction& function) {
    const std::string name = function.name();
    if (IsAdam(name)) ++adams_;
    if (adams_ > 0) return nullptr;
    if (ReadsBack(name) || (name == "aten::copy_" && IsWaitedFor(function))) {
      const MutexLock lock(mutex_);
      found_.push_back(name);
    }
    return nullptr;
  }

  static void OnEnd(const at::RecordFunction& function, at::ObserverContext*) {
    if (IsAdam(function.name())) --adams_;
  }

  static inline Mutex mutex_;
  static inline std::vector<std::string> found_ GUARDED_BY(mutex_);
  static inline thread_local int adams_ = 0;  // that are running
  at::CallbackHandle handle_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_HOST_READS_H_
