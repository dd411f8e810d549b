# Where every outside library comes from. Debian's packages give all of them
# but four: LibTorch (the PyPI wheel, unpacked), google/rpc's .proto files,
# ONNX's and plotly.js, all put into CAROUSEL_DEPS_DIR by scripts/setup.

if(DEFINED ENV{CAROUSEL_DEPS_DIR})
  set(default_deps_dir $ENV{CAROUSEL_DEPS_DIR})
else()
  set(default_deps_dir $ENV{HOME}/.cache/carousel)
endif()
set(CAROUSEL_DEPS_DIR ${default_deps_dir} CACHE PATH
    "Folder that scripts/setup fills")

find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(absl REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(FastFloat REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(LibArchive REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)

if(CAROUSEL_GRPC)
  find_package(Protobuf REQUIRED)
  find_package(gRPC REQUIRED)
  find_package(spdlog REQUIRED)
  find_package(prometheus-cpp REQUIRED)
  find_package(CLI11 REQUIRED)
  set(GOOGLEAPIS_DIR ${CAROUSEL_DEPS_DIR}/googleapis)
  if(NOT EXISTS ${GOOGLEAPIS_DIR}/google/rpc/error_details.proto)
    message(FATAL_ERROR
      "google/rpc/error_details.proto is not in ${GOOGLEAPIS_DIR}. "
      "Run scripts/setup, or set CAROUSEL_DEPS_DIR.")
  endif()
  set(PLOTLY_JS ${CAROUSEL_DEPS_DIR}/plotly/plotly.min.js)
  if(NOT EXISTS ${PLOTLY_JS})
    message(FATAL_ERROR
      "${PLOTLY_JS} is not there. Run scripts/setup, or set CAROUSEL_DEPS_DIR.")
  endif()
  set(ONNX_DIR ${CAROUSEL_DEPS_DIR}/onnx)
  if(NOT EXISTS ${ONNX_DIR}/onnx/onnx.proto)
    message(FATAL_ERROR
      "onnx/onnx.proto is not in ${ONNX_DIR}. "
      "Run scripts/setup, or set CAROUSEL_DEPS_DIR.")
  endif()
endif()

if(CAROUSEL_TORCH)
  find_package(TorchWheels REQUIRED)
endif()

if(CAROUSEL_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
