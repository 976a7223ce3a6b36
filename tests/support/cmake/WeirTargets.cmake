# The few functions by which every folder declares its target: one library for
# each second-level folder, one test program for each of them.

include(GNUInstallDirs)
find_package(Threads REQUIRED)

add_library(weir_options INTERFACE)
target_include_directories(weir_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(weir_options INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor
                                              -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(weir_options INTERFACE -Wthread-safety)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside its own standard library when it inlines.
  target_compile_options(weir_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
                                                -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()
if(WEIR_HARDENING)
  target_compile_options(weir_options INTERFACE -fstack-protector-strong -fstack-clash-protection
                                                -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(weir_options INTERFACE -fcf-protection)
  endif()
  target_link_options(weir_options INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
if(WEIR_SANITIZE)
  target_compile_options(weir_options INTERFACE -fsanitize=${WEIR_SANITIZE} -fno-omit-frame-pointer
                                                -fno-sanitize-recover=all)
  target_link_options(weir_options INTERFACE -fsanitize=${WEIR_SANITIZE})
endif()
if(WEIR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "WEIR_FUZZ needs Clang: use the preset 'asan'")
  endif()
  target_compile_options(weir_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Reading these is up to half of what a small source costs to compile. Without
# WEIR_PCH a source must include what it uses: the presets of Clang build so.
set(WEIR_PRECOMPILED_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <cstring> <expected> <functional>
  <map> <memory> <optional> <set> <span> <string> <string_view> <tuple> <unordered_map> <utility>
  <variant> <vector>)
if(WEIR_PCH)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled/headers.cc CONTENT "")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(weir_options INTERFACE -fpch-preprocess)  # else ccache cannot help
  endif()
  add_library(weir_precompiled_product OBJECT ${CMAKE_BINARY_DIR}/precompiled/headers.cc)
  target_link_libraries(weir_precompiled_product PRIVATE weir_options)
  target_precompile_headers(weir_precompiled_product PRIVATE ${WEIR_PRECOMPILED_HEADERS})
  if(WEIR_TESTS)
    find_package(GTest REQUIRED)
    add_library(weir_precompiled_tests OBJECT ${CMAKE_BINARY_DIR}/precompiled/headers.cc)
    target_link_libraries(weir_precompiled_tests PRIVATE weir_options GTest::gmock)
    target_precompile_headers(weir_precompiled_tests PRIVATE ${WEIR_PRECOMPILED_HEADERS}
                                                             <gmock/gmock.h> <gtest/gtest.h>)
  endif()
endif()
# A target that compiles otherwise than the rest sets DISABLE_PRECOMPILE_HEADERS.
function(weir_precompile target kind)
  if(WEIR_PCH)
    target_precompile_headers(${target} REUSE_FROM weir_precompiled_${kind})
  endif()
endfunction()

# weir_library(NAME [SOURCES file...] [DEPS target...])
# A library of this folder; without sources it is header-only.
function(weir_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC weir_options ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
    weir_precompile(${name} product)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE weir_options ${ARG_DEPS})
  endif()
endfunction()

# weir_program(NAME SOURCES file... [DEPS target...]): an executable at the root of the build folder.
function(weir_program name)
  cmake_parse_arguments(ARG "" "OUTPUT" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE weir_options ${ARG_DEPS})
  weir_precompile(${name} product)
  if(ARG_OUTPUT)
    set_target_properties(${name} PROPERTIES OUTPUT_NAME ${ARG_OUTPUT})
  endif()
endfunction()

# weir_test(NAME SOURCES file... [DEPS target...] [TIMEOUT seconds] [LABELS label...])
# A GoogleTest program under build/tests, registered as one ctest test.
function(weir_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE weir_options ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  weir_precompile(${name} tests)
  target_compile_definitions(${name} PRIVATE WEIR_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             WEIR_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  if(ARG_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
  endif()
endfunction()

# weir_install(TARGET): `cmake --install` puts the program and its man page, which
# the program prints itself, where GNUInstallDirs says.
function(weir_install target)
  get_target_property(name ${target} OUTPUT_NAME)
  if(NOT name)
    set(name ${target})
  endif()
  set(page ${CMAKE_CURRENT_BINARY_DIR}/${name}.1)
  add_custom_command(OUTPUT ${page} COMMAND ${target} --man > ${page} DEPENDS ${target} VERBATIM)
  add_custom_target(${target}-man ALL DEPENDS ${page})
  install(TARGETS ${target} RUNTIME)
  install(FILES ${page} TYPE MAN RENAME man1/${name}.1)
endfunction()
