# antiphon_embed(TARGET TEMPLATE NAME FOLDER file…)
#
# Adds a source to TARGET that holds the named files of FOLDER as text: TEMPLATE (below antiphon/) with @ENTRIES@ replaced by one
# {"name", R"…(content)…"} per file. Made anew when one of the files changes.
function(antiphon_embed TARGET TEMPLATE NAME FOLDER)
  set(ENTRIES "")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${FOLDER}/${file}")
    file(READ "${FOLDER}/${file}" content)
    string(APPEND ENTRIES "    {\"${file}\", R\"embedded(${content})embedded\"},\n")
  endforeach()
  configure_file("${TEMPLATE}" "${CMAKE_CURRENT_BINARY_DIR}/${NAME}.cpp" @ONLY)
  target_sources(${TARGET} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/${NAME}.cpp")
endfunction()

# antiphon_embed_built(TARGET HEADER SIGNATURE FILE)
#
# The same for one FILE that the build itself makes: adds a source to TARGET that includes HEADER and defines SIGNATURE, a function in
# namespace antiphon that returns the bytes as std::string_view. Made anew whenever FILE is.
function(antiphon_embed_built TARGET HEADER SIGNATURE FILE)
  get_filename_component(name "${FILE}" NAME)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp")
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DFILE=${FILE}" "-DHEADER=${HEADER}" "-DSIGNATURE=${SIGNATURE}" "-DOUTPUT=${source}"
            -P "${PROJECT_SOURCE_DIR}/cmake/EmbedFile.cmake"
    DEPENDS "${FILE}" "${PROJECT_SOURCE_DIR}/cmake/EmbedFile.cmake"
    COMMENT "Embedding ${name}"
    VERBATIM)
  target_sources(${TARGET} PRIVATE "${source}")
endfunction()
