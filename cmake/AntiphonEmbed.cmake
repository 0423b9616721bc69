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
