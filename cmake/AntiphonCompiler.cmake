# GCC before 14 silently miscompiles coroutines (docs/decisions/0001-clang.md), so it is refused rather than trusted.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles C++20 coroutines (temporaries inside co_await are destroyed twice). "
                      "Use clang 18 or newer: `make build` does, or pass -DCMAKE_CXX_COMPILER=clang++-19.")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(ANTIPHON_CCACHE ccache)
if(ANTIPHON_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${ANTIPHON_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${ANTIPHON_CCACHE}")
endif()

find_program(ANTIPHON_LLD NAMES ld.lld-19 ld.lld-18 ld.lld)
if(ANTIPHON_LLD AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_link_options("--ld-path=${ANTIPHON_LLD}")
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-Wno-missing-designated-field-initializers -fno-omit-frame-pointer)
endif()
if(ANTIPHON_WERROR)
  add_compile_options(-Werror)
endif()

if(ANTIPHON_SANITIZE)
  add_compile_options(-fsanitize=${ANTIPHON_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ANTIPHON_SANITIZE})
endif()
