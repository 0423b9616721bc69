# antiphon_protobuf(TARGET file…): adds what protoc makes of schemas/FILE to TARGET, made anew whenever the file is. Its sources, and its tests where there are
# any, include the headers by their bare names; nobody else sees them. `antiphon_generated` makes them all: clang-tidy needs the headers, not the objects.
add_custom_target(antiphon_generated)

function(antiphon_protobuf TARGET)
  set(made "${CMAKE_CURRENT_BINARY_DIR}/${TARGET}_protobuf")
  file(MAKE_DIRECTORY "${made}")
  set(sources "")
  set(headers "")
  foreach(schema IN LISTS ARGN)
    get_filename_component(name "${schema}" NAME_WE)
    add_custom_command(
      OUTPUT "${made}/${name}.pb.cc" "${made}/${name}.pb.h"
      COMMAND protobuf::protoc "--proto_path=${PROJECT_SOURCE_DIR}/schemas" "--cpp_out=${made}" "${PROJECT_SOURCE_DIR}/schemas/${schema}"
      DEPENDS "${PROJECT_SOURCE_DIR}/schemas/${schema}"
      COMMENT "Generating ${name}.pb.cc"
      VERBATIM)
    list(APPEND sources "${made}/${name}.pb.cc")
    list(APPEND headers "${made}/${name}.pb.h")
  endforeach()
  set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS "-w")
  add_custom_target(${TARGET}_protobuf DEPENDS ${headers})
  add_dependencies(antiphon_generated ${TARGET}_protobuf)
  target_sources(${TARGET} PRIVATE ${sources})
  string(REPLACE "antiphon_" "" module "${TARGET}")
  foreach(user ${TARGET} ${module}_test)
    if(TARGET ${user})
      target_include_directories(${user} SYSTEM PRIVATE "${made}")
      add_dependencies(${user} ${TARGET}_protobuf)
    endif()
  endforeach()
endfunction()
