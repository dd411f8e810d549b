# LibTorch from the unpacked PyPI wheels. The wheel's own TorchConfig.cmake
# fails where no CUDA toolkit is installed, so this module makes one imported
# target, Torch::torch, from libc10 and libtorch_cpu. They find libcudart and
# libcupti beside them by their own RPATH.

set(torch_root ${CAROUSEL_DEPS_DIR}/torch-2.11.0/torch)
find_path(TorchWheels_INCLUDE_DIR ATen/ATen.h
          PATHS ${torch_root}/include NO_DEFAULT_PATH)
find_library(TorchWheels_CPU torch_cpu PATHS ${torch_root}/lib NO_DEFAULT_PATH)
find_library(TorchWheels_C10 c10 PATHS ${torch_root}/lib NO_DEFAULT_PATH)
# LibTorch's own copy of OpenMP's runtime: two in one process would have threads
# of their own each.
find_library(TorchWheels_GOMP libgomp.so.1
             PATHS ${torch_root}/lib NO_DEFAULT_PATH)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TorchWheels
  REQUIRED_VARS TorchWheels_CPU TorchWheels_C10 TorchWheels_GOMP
                TorchWheels_INCLUDE_DIR
  REASON_FAILURE_MESSAGE
    "LibTorch is not in ${torch_root}. Run scripts/setup, or set CAROUSEL_DEPS_DIR.")

if(TorchWheels_FOUND AND NOT TARGET Torch::torch)
  add_library(Torch::c10 SHARED IMPORTED)
  set_target_properties(Torch::c10 PROPERTIES IMPORTED_LOCATION ${TorchWheels_C10})
  add_library(Torch::gomp SHARED IMPORTED)
  set_target_properties(Torch::gomp PROPERTIES IMPORTED_LOCATION ${TorchWheels_GOMP})
  add_library(Torch::torch SHARED IMPORTED)
  set_target_properties(Torch::torch PROPERTIES
    IMPORTED_LOCATION ${TorchWheels_CPU}
    INTERFACE_INCLUDE_DIRECTORIES
      "${TorchWheels_INCLUDE_DIR};${TorchWheels_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES Torch::c10
    # CUDA libraries that libtorch_cpu names are found at run time by its RPATH.
    INTERFACE_LINK_OPTIONS "-Wl,--allow-shlib-undefined")
endif()
