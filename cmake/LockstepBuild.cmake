# Functions of Lockstep's own build; a project that uses Lockstep never sees them.

# lockstep_find_optional(OPTION PACKAGE RESULT): honours an option that is ON, OFF or AUTO.
function(lockstep_find_optional option package result)
  set(found FALSE)
  if("${${option}}" STREQUAL "AUTO")
    find_package(${package} QUIET GLOBAL)
    set(found ${${package}_FOUND})
  elseif(${option})
    find_package(${package} REQUIRED GLOBAL)
    set(found TRUE)
  endif()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# lockstep_add_if_present(FOLDER): add_subdirectory for a folder that has a CMakeLists.txt.
macro(lockstep_add_if_present folder)
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt")
    add_subdirectory(${folder})
  endif()
endmacro()

# lockstep_libraries_below(FOLDER RESULT): the shared libraries that a folder and those below it define.
function(lockstep_libraries_below folder result)
  set(found "")
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type MATCHES "^(SHARED|MODULE)_LIBRARY$")
      list(APPEND found ${target})
    endif()
  endforeach()
  get_property(folders DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(below IN LISTS folders)
    lockstep_libraries_below("${below}" more)
    list(APPEND found ${more})
  endforeach()
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

# lockstep_set_flags(): warnings, sanitizers, ccache and include folders for every target that follows. A macro, so that
# it acts on the caller's scope.
macro(lockstep_set_flags)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang)$")
    message(FATAL_ERROR "Lockstep is built with GCC or Clang; this is ${CMAKE_CXX_COMPILER_ID}.")
  endif()
  add_compile_options(-Wall -Wextra $<$<BOOL:${LOCKSTEP_WERROR}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees overlapping copies in std::string's insert and operator+ where there are none (GCC bug 105651).
    add_compile_options(-Wno-restrict)
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # libstdc++ 12's std::stable_sort uses what libstdc++ 12 itself calls deprecated.
    add_compile_options(-Wno-deprecated-declarations)
  endif()
  # Sources name project headers from src, "trace/execution.h", and public ones as users do, <lockstep/check.h>.
  include_directories("${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")

  if(LOCKSTEP_SANITIZE)
    # The injected library takes the place of a sanitizer's runtime, so it cannot itself be built with one: sanitizers
    # watch the host half and its unit tests.
    set(LOCKSTEP_HOST_ONLY ON)
    add_compile_options(-fsanitize=${LOCKSTEP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
      $<IF:$<CXX_COMPILER_ID:Clang>,-gline-tables-only,-g1>)
    add_link_options(-fsanitize=${LOCKSTEP_SANITIZE})
  endif()

  if(LOCKSTEP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(LOCKSTEP_CCACHE_PROGRAM ccache)
    mark_as_advanced(LOCKSTEP_CCACHE_PROGRAM)
    if(LOCKSTEP_CCACHE_PROGRAM)
      set(CMAKE_C_COMPILER_LAUNCHER "${LOCKSTEP_CCACHE_PROGRAM}")
      set(CMAKE_CXX_COMPILER_LAUNCHER "${LOCKSTEP_CCACHE_PROGRAM}")
    endif()
  endif()
endmacro()

# lockstep_unit_test(NAME SOURCE... [OPTIMISE level] [LIBRARIES library...]): a GoogleTest binary, one CTest for each of its
# tests. Does nothing in a build without tests, so that a folder's CMakeLists.txt need not ask.
#
# In a release build the tests themselves are compiled with -O1, or as `level` says where most of what is tested is in
# headers: at -O3 compiling them takes twice as long.
function(lockstep_unit_test name)
  if(NOT TARGET GTest::gtest_main)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OPTIMISE" "LIBRARIES")
  if(NOT arg_OPTIMISE)
    set(arg_OPTIMISE 1)
  endif()
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O${arg_OPTIMISE}>)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
  if(TARGET GTest::gmock)
    target_link_libraries(${name} PRIVATE GTest::gmock)
  endif()
  gtest_discover_tests(${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# lockstep_print_summary(): what this build has, in three lines.
function(lockstep_print_summary)
  foreach(part TESTS BENCH)
    string(TOLOWER ${part} lower)
    if(lockstep_with_${lower})
      set(${part} "yes")
    elseif("${LOCKSTEP_${part}}" STREQUAL "AUTO")
      set(${part} "no (its library is not installed)")
    else()
      set(${part} "no")
    endif()
  endforeach()
  if(LOCKSTEP_HOST_ONLY)
    set(halves "host only")
  else()
    set(halves "host and injected library")
  endif()
  message(STATUS "Lockstep ${PROJECT_VERSION}: ${CMAKE_BUILD_TYPE}, ${halves}, sanitizers: [${LOCKSTEP_SANITIZE}]")
  message(STATUS "Lockstep tests: ${TESTS}; benchmarks: ${BENCH}")
endfunction()
