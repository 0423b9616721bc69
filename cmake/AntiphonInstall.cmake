# `cmake --install` leaves the program, the static libraries, the public headers and a CMake package: find_package(antiphon), then link
# antiphon::antiphon (everything but the command line) or one module, such as antiphon::base. tests/consumer proves it.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(ANTIPHON_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/antiphon")
set_target_properties(antiphon_asio PROPERTIES EXPORT_NAME asio)
install(TARGETS antiphon_all antiphon_asio ${ANTIPHON_MODULE_TARGETS} EXPORT antiphon ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT antiphon NAMESPACE antiphon:: FILE antiphonTargets.cmake DESTINATION "${ANTIPHON_PACKAGE_DIR}")
# The neural runtime and its models lie where the program looks for them: ../lib/antiphon and ../share/antiphon/models.
set(ANTIPHON_ONNX_INSTALL_DIR "")
if(ANTIPHON_ONNX_TARGETS)
  set(ANTIPHON_ONNX_INSTALL_DIR "${CMAKE_INSTALL_LIBDIR}/antiphon")
  install(FILES "${ANTIPHON_ONNX_DIR}/lib/libsherpa-onnx-c-api.so" "${ANTIPHON_ONNX_DIR}/lib/libonnxruntime.so" DESTINATION "${ANTIPHON_ONNX_INSTALL_DIR}")
  install(FILES "${ANTIPHON_ONNX_DIR}/LICENSE" "${ANTIPHON_ONNX_DIR}/NOTICE" DESTINATION "${CMAKE_INSTALL_DOCDIR}/onnx")
  install(DIRECTORY "${ANTIPHON_ONNX_DIR}/../models/" DESTINATION "${CMAKE_INSTALL_DATADIR}/antiphon/models")
  install(FILES "${PROJECT_SOURCE_DIR}/cmake/AntiphonOnnx.cmake" DESTINATION "${ANTIPHON_PACKAGE_DIR}")
endif()
if(TARGET antiphon)
  install(TARGETS antiphon RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")

  # The program itself writes its manual pages and completions; where it cannot be run here (a cross build), they are left out.
  if(NOT CMAKE_CROSSCOMPILING)
    set(man "${PROJECT_BINARY_DIR}/man")
    set(written "${man}/antiphon.1" "${PROJECT_BINARY_DIR}/antiphon.bash" "${PROJECT_BINARY_DIR}/_antiphon" "${PROJECT_BINARY_DIR}/antiphon.fish")
    add_custom_command(
      OUTPUT ${written}
      COMMAND antiphon man --out "${man}"
      COMMAND antiphon completion bash > "${PROJECT_BINARY_DIR}/antiphon.bash"
      COMMAND antiphon completion zsh > "${PROJECT_BINARY_DIR}/_antiphon"
      COMMAND antiphon completion fish > "${PROJECT_BINARY_DIR}/antiphon.fish"
      DEPENDS antiphon
      COMMENT "Writing manual pages and completions"
      VERBATIM)
    add_custom_target(antiphon_manual ALL DEPENDS ${written})
    install(DIRECTORY "${man}/" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" FILES_MATCHING PATTERN "*.1")
    install(FILES "${PROJECT_BINARY_DIR}/antiphon.bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME antiphon)
    install(FILES "${PROJECT_BINARY_DIR}/_antiphon" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
    install(FILES "${PROJECT_BINARY_DIR}/antiphon.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
  endif()
endif()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/antiphon" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp"
  PATTERN "internal" EXCLUDE PATTERN "cli" EXCLUDE)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/antiphonConfig.cmake.in" "${PROJECT_BINARY_DIR}/antiphonConfig.cmake"
  INSTALL_DESTINATION "${ANTIPHON_PACKAGE_DIR}" PATH_VARS ANTIPHON_ONNX_INSTALL_DIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/antiphonConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/antiphonConfig.cmake" "${PROJECT_BINARY_DIR}/antiphonConfigVersion.cmake" DESTINATION "${ANTIPHON_PACKAGE_DIR}")
