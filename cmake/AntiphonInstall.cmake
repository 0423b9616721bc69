# `cmake --install` leaves the program, the static libraries, the public headers and a CMake package: find_package(antiphon), then link
# antiphon::antiphon (everything but the command line) or one module, such as antiphon::base. tests/consumer proves it.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(ANTIPHON_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/antiphon")
set_target_properties(antiphon_asio PROPERTIES EXPORT_NAME asio)
install(TARGETS antiphon_all antiphon_asio ${ANTIPHON_MODULE_TARGETS} EXPORT antiphon ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT antiphon NAMESPACE antiphon:: FILE antiphonTargets.cmake DESTINATION "${ANTIPHON_PACKAGE_DIR}")
if(TARGET antiphon)
  install(TARGETS antiphon RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/antiphon" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp"
  PATTERN "internal" EXCLUDE PATTERN "cli" EXCLUDE)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/antiphonConfig.cmake.in" "${PROJECT_BINARY_DIR}/antiphonConfig.cmake"
  INSTALL_DESTINATION "${ANTIPHON_PACKAGE_DIR}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/antiphonConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/antiphonConfig.cmake" "${PROJECT_BINARY_DIR}/antiphonConfigVersion.cmake" DESTINATION "${ANTIPHON_PACKAGE_DIR}")
