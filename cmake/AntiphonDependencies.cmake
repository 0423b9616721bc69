# Every entry has its reason in docs/dependencies.md.
include(GNUInstallDirs)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 3.37 REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(sndfile REQUIRED IMPORTED_TARGET sndfile>=1.2)
pkg_check_modules(mpg123 REQUIRED IMPORTED_TARGET libmpg123)
pkg_check_modules(soxr REQUIRED IMPORTED_TARGET soxr)
pkg_check_modules(opus REQUIRED IMPORTED_TARGET opus)
pkg_check_modules(ebur128 REQUIRED IMPORTED_TARGET libebur128)
pkg_check_modules(webrtc REQUIRED IMPORTED_TARGET webrtc-audio-processing)
pkg_check_modules(alsa REQUIRED alsa)  # its headers: the library is looked for when somebody wants to listen
pkg_check_modules(kissfft REQUIRED IMPORTED_TARGET kissfft-float)
pkg_check_modules(pq REQUIRED libpq)  # its headers
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)

# flite has no description for CMake or pkg-config. Bare names, as users of the installed library link them, too.
find_path(ANTIPHON_FLITE_INCLUDE flite/flite.h REQUIRED)
# Its voices, libpq and the neural runtime are loaded when they are needed (antiphon/base/shared_library.hpp).
set(ANTIPHON_FLITE flite_usenglish flite_cmulex flite)
# Debian's description of pocketsphinx names a folder that there is not. Bare names, as users of the installed library link them, too.
find_path(ANTIPHON_POCKETSPHINX_INCLUDE pocketsphinx.h PATH_SUFFIXES pocketsphinx REQUIRED)
find_path(ANTIPHON_SPHINXBASE_INCLUDE sphinxbase/cmd_ln.h REQUIRED)
set(ANTIPHON_POCKETSPHINX pocketsphinx sphinxbase)

# Headers only, seen by every source: tools/bootstrap.sh unpacks valijson into build/deps, because its package pulls in Qt and Poco.
find_path(ANTIPHON_VALIJSON_INCLUDE valijson/validator.hpp HINTS "${PROJECT_SOURCE_DIR}/build/deps/usr/include" REQUIRED)
find_path(ANTIPHON_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
include_directories(SYSTEM "${ANTIPHON_VALIJSON_INCLUDE}" "${ANTIPHON_CLI11_INCLUDE}")

add_library(antiphon_asio INTERFACE)
target_link_libraries(antiphon_asio INTERFACE Boost::headers Threads::Threads)
# Whoever includes a header needs the standard that it is written in.
target_compile_features(antiphon_asio INTERFACE cxx_std_20)
target_compile_definitions(antiphon_asio INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)

# The neural runtime: tools/get-speech.sh puts it into build/deps. Code asks `#if ANTIPHON_ONNX`, which stands in no public header.
option(ANTIPHON_ONNX "Moonshine listens and hibari speaks, where tools/get-speech.sh could fetch them" ON)
set(ANTIPHON_ONNX_DIR "${PROJECT_SOURCE_DIR}/build/deps/onnx")
set(ANTIPHON_ONNX_TARGETS "")
if(ANTIPHON_ONNX AND NOT EXISTS "${ANTIPHON_ONNX_DIR}/lib/libonnxruntime.so")
  message(NOTICE "-- no neural runtime in build/deps/onnx (tools/get-speech.sh): built without the recogniser moonshine and the voice hibari")
elseif(ANTIPHON_ONNX)
  include("${CMAKE_CURRENT_LIST_DIR}/AntiphonOnnx.cmake")
  antiphon_onnx_target(INCLUDE "${ANTIPHON_ONNX_DIR}/include")
  set(ANTIPHON_ONNX_TARGETS antiphon::onnxruntime)
endif()
