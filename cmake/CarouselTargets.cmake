# How every target of this project is made.
#
#   carousel_library(core_text SOURCES a.cc b.cc DEPS ... PRIVATE_DEPS ...
#                    [PRECOMPILED target, as below, in the fuzzers' build])
#   carousel_test(tokenizer_test SOURCES ... DEPS ... [LABELS torch ...]
#                 [PRECOMPILED target whose precompiled headers it uses])
#
# PRIVATE_DEPS is where torch belongs: its include folder carries old copies of
# protobuf and fmt, which must not reach the targets that depend on ours.

add_library(carousel_options INTERFACE)
target_include_directories(carousel_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(carousel_options INTERFACE
  -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(carousel_options INTERFACE
    -Wthread-safety -Werror=thread-safety)
endif()
if(CAROUSEL_SANITIZE)
  target_compile_options(carousel_options INTERFACE
    -fsanitize=${CAROUSEL_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(carousel_options INTERFACE -fsanitize=${CAROUSEL_SANITIZE})
endif()

# A test runs for a moment and is compiled for much longer: optimising one as
# far as what people run takes half as long again.
add_library(carousel_test_options INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL Release)
  target_compile_options(carousel_test_options INTERFACE -O1)
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
add_library(carousel_tls_alignment OBJECT
  ${CMAKE_CURRENT_LIST_DIR}/tls_alignment.cc)
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the checkout, so that two clones share one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# Headers of others that every file of a target parses are parsed once: gRPC,
# Protocol Buffers and GoogleTest are most of a file's time. Only for the builds
# that people wait for, the release and the fuzzers; in the others each file
# stands by itself, so that a missing include still shows.
#
#   carousel_precompile(server_rpc <grpcpp/server_context.h> ...)
#   carousel_reuse_precompiled(server server_rpc)
if(CAROUSEL_FUZZERS)
  set(CAROUSEL_PRECOMPILE ON)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND NOT CAROUSEL_SANITIZE)
  set(CAROUSEL_PRECOMPILE ON)
endif()
# ccache has to see that there is such a header (GCC), and that it is the same
# as the last time it was made (clang, which writes the time into it).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  set(precompile_options -fpch-preprocess)
else()
  set(precompile_options "SHELL:-Xclang -fno-pch-timestamp")
endif()
function(carousel_precompile target)
  if(CAROUSEL_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${ARGN})
    target_compile_options(${target} PRIVATE ${precompile_options})
  endif()
endfunction()
function(carousel_reuse_precompiled target from)
  if(CAROUSEL_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${from})
    target_compile_options(${target} PRIVATE ${precompile_options})
  endif()
endfunction()

# The sanitizers make two builds of the fuzzers' one: there the libraries that
# have no precompiled headers of their own share what most of them include.
# Those that link gRPC are compiled with -pthread and say PRECOMPILED with a
# target that is, too: clang wants the same.
if(CAROUSEL_FUZZERS)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cc CONTENT "")
  add_library(carousel_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
  target_link_libraries(carousel_precompiled PRIVATE carousel_options)
  carousel_precompile(carousel_precompiled
    <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_join.h>
    <absl/time/time.h> <algorithm> <chrono> <filesystem> <functional> <map>
    <memory> <nlohmann/json.hpp> <optional> <set> <string> <system_error>
    <thread> <vector>)
endif()
function(carousel_share_precompiled target from)
  get_target_property(headers ${target} PRECOMPILE_HEADERS)
  get_target_property(reused ${target} PRECOMPILE_HEADERS_REUSE_FROM)
  if(NOT headers AND NOT reused)
    carousel_reuse_precompiled(${target} ${from})
  endif()
endfunction()

function(carousel_library name)
  cmake_parse_arguments(arg "" "PRECOMPILED" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC carousel_options ${arg_DEPS}
                        PRIVATE ${arg_PRIVATE_DEPS})
  if(CAROUSEL_FUZZERS)
    if(NOT arg_PRECOMPILED)
      set(arg_PRECOMPILED carousel_precompiled)
    endif()
    # When its folder has said what it wants.
    cmake_language(EVAL CODE
      "cmake_language(DEFER CALL
         carousel_share_precompiled ${name} ${arg_PRECOMPILED})")
  endif()
endfunction()

function(carousel_binary name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE carousel_options carousel_tls_alignment
                        ${arg_DEPS})
endfunction()

function(carousel_test name)
  cmake_parse_arguments(arg "" "TIMEOUT;PRECOMPILED" "SOURCES;DEPS;LABELS"
                        ${ARGN})
  if(NOT arg_SOURCES)
    set(arg_SOURCES ${name}.cc)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE carousel_options carousel_tls_alignment
                        ${arg_DEPS} GTest::gmock GTest::gtest
                        GTest::gtest_main)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE carousel_test_options)
  if(NOT arg_PRECOMPILED)
    set(arg_PRECOMPILED test_precompiled)
  endif()
  if(NOT arg_PRECOMPILED STREQUAL name)
    carousel_reuse_precompiled(${name} ${arg_PRECOMPILED})
  endif()
  # An empty value would vanish from the list, and the next word become it.
  set(properties TIMEOUT ${arg_TIMEOUT})
  if(arg_LABELS)
    list(APPEND properties LABELS "${arg_LABELS}")
  endif()
  # One CTest entry a case; discovery at test time keeps the build from
  # starting LibTorch once a link.
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 120 PROPERTIES ${properties})
endfunction()
