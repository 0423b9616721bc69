# Without optimisation most of a compilation is the parsing of headers that are not ours. They are parsed once for the sources of all modules, once more for
# their tests. With optimisation it gains nothing.
#
# CMake's own precompiled headers know no way to share objects between checkouts: their options and their content name folders. Ours are at a path that is
# relative to the build folder, and ccache looks at a sum beside them (tools/precompile.sh).
option(ANTIPHON_PRECOMPILE "Parse the headers of others once (clang and Ninja)" OFF)

if(ANTIPHON_PRECOMPILE AND NOT (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_GENERATOR STREQUAL "Ninja"))
  message(NOTICE "-- no precompiled headers: they need clang and Ninja")
  set(ANTIPHON_PRECOMPILE OFF)
endif()
if(ANTIPHON_PRECOMPILE AND CMAKE_CXX_COMPILER_LAUNCHER)
  list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_PCH_EXTSUM=1 "CCACHE_SLOPPINESS=pch_defines,time_macros,$ENV{CCACHE_SLOPPINESS}")
endif()

# antiphon_precompiled(NAME OPTION target…): with this OPTION of the compiler makes precompiled/NAME.pch of cmake/precompiled/NAME.hpp, with the definitions
# and folders that users of the targets have. One folder of the source tree calls it, and antiphon_use_precompiled.
function(antiphon_precompiled NAME OPTION)
  if(NOT ANTIPHON_PRECOMPILE)
    return()
  endif()
  set(header "${PROJECT_SOURCE_DIR}/cmake/precompiled/${NAME}.hpp")
  set(output "precompiled/${NAME}.pch")
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  get_directory_property(options COMPILE_OPTIONS)
  set(definitions "")
  set(folders "")
  foreach(target IN LISTS ARGN)
    list(APPEND options "$<TARGET_PROPERTY:${target},INTERFACE_COMPILE_OPTIONS>")
    list(APPEND definitions "$<TARGET_PROPERTY:${target},INTERFACE_COMPILE_DEFINITIONS>")
    list(APPEND folders "$<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>")
  endforeach()
  set(definitions "$<REMOVE_DUPLICATES:$<FILTER:${definitions},INCLUDE,.>>")
  set(folders "$<REMOVE_DUPLICATES:$<FILTER:$<FILTER:${folders},INCLUDE,.>,EXCLUDE,^/usr/include$>>")
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/precompiled")
  add_custom_command(
    OUTPUT "${PROJECT_BINARY_DIR}/${output}" "${PROJECT_BINARY_DIR}/${output}.sum"
    COMMAND "${PROJECT_SOURCE_DIR}/tools/precompile.sh" "${header}" "${output}" "${CMAKE_CXX_COMPILER}" -std=c++20 ${OPTION} ${flags} ${options}
            "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>" "$<$<BOOL:${folders}>:-isystem;$<JOIN:${folders},;-isystem;>>"
    DEPENDS "${header}" "${PROJECT_SOURCE_DIR}/tools/precompile.sh"
    DEPFILE "${PROJECT_BINARY_DIR}/${output}.d"
    WORKING_DIRECTORY "${PROJECT_BINARY_DIR}"
    COMMENT "Precompiling ${NAME}.hpp"
    COMMAND_EXPAND_LISTS VERBATIM)
endfunction()

# antiphon_use_precompiled(NAME source…): for sources that set no COMPILE_OPTIONS of their own afterwards, with which it would have to agree.
function(antiphon_use_precompiled NAME)
  if(NOT ANTIPHON_PRECOMPILE)
    return()
  endif()
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS -include-pch "precompiled/${NAME}.pch")
  set_property(SOURCE ${ARGN} APPEND PROPERTY OBJECT_DEPENDS "${PROJECT_BINARY_DIR}/precompiled/${NAME}.pch")
endfunction()
