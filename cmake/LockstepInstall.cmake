# `make install`, and the package that find_package(lockstep) reads. The libraries are installed by file name, because
# their names are the interface: the loader takes them for GCC's and Clang's own.
set(lockstep_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/lockstep")

if(TARGET lockstep)
  install(TARGETS lockstep RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(PROGRAMS tools/lockstep-c++ tools/lockstep-cc DESTINATION "${CMAKE_INSTALL_BINDIR}")
if(EXISTS "${PROJECT_SOURCE_DIR}/src/check/CMakeLists.txt")
  install(
    PROGRAMS
      "${CMAKE_BINARY_DIR}/lib/lockstep/libtsan.so.2"
      "${CMAKE_BINARY_DIR}/lib/lockstep/libclang_rt.tsan-x86_64.so"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/lockstep")
  install(PROGRAMS "${CMAKE_BINARY_DIR}/lib/liblockstep_check.so" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/include/lockstep")
  install(DIRECTORY include/lockstep DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
endif()
if(TARGET lockstep_sync)
  install(EXPORT lockstep_libraries NAMESPACE lockstep:: DESTINATION "${lockstep_package_dir}"
    FILE lockstepLibraries.cmake)
endif()
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

configure_package_config_file(
  cmake/lockstepConfig.cmake.in "${CMAKE_BINARY_DIR}/cmake/lockstepConfig.cmake"
  INSTALL_DESTINATION "${lockstep_package_dir}"
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/cmake/lockstepConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(
  FILES
    "${CMAKE_BINARY_DIR}/cmake/lockstepConfig.cmake"
    "${CMAKE_BINARY_DIR}/cmake/lockstepConfigVersion.cmake"
    cmake/LockstepAddCheck.cmake
  DESTINATION "${lockstep_package_dir}")
