#include "core/nn/torch_status.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

absl::Status OutOfMemory(std::string_view what) {
  return absl::ResourceExhaustedError(
      absl::StrCat("memory ran out (training needs less with a smaller "
                   "batch_size, max_tokens or hidden_size): ",
                   ToAbslView(what)));
}

}  // namespace

absl::Status TorchExceptionToStatus() {
  try {
    throw;
  } catch (const c10::OutOfMemoryError& error) {  // of a CUDA device
    return OutOfMemory(error.what_without_backtrace());
  } catch (const c10::Error& error) {
    const std::string_view what = error.what_without_backtrace();
    // The host's allocator throws no type of its own.
    if (what.find("DefaultCPUAllocator") != std::string_view::npos) {
      return OutOfMemory(what);
    }
    return absl::InternalError(absl::StrCat("LibTorch: ", ToAbslView(what)));
  } catch (const std::bad_alloc& error) {
    return OutOfMemory(error.what());
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  } catch (...) {
    return absl::InternalError("an exception of unknown type");
  }
}

}  // namespace carousel
