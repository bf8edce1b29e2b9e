# The host half's tests: lockstep_host_test(NAME SOURCE...) makes one GoogleTest program.
include_guard(GLOBAL)
include(GoogleTest)
add_subdirectory(${CMAKE_CURRENT_LIST_DIR}/support ${PROJECT_BINARY_DIR}/tests/support)
add_subdirectory(${CMAKE_CURRENT_LIST_DIR}/fuzz ${PROJECT_BINARY_DIR}/tests/fuzz)
if(NOT LOCKSTEP_SANITIZE)
  # Its programs are built with one sanitizer, so the tests that use them stay out of builds with another.
  add_subdirectory(${CMAKE_CURRENT_LIST_DIR}/fake_runtime ${PROJECT_BINARY_DIR}/tests/fake_runtime)
endif()

function(lockstep_host_test name)
  add_executable(${name} ${ARGN})
  # What is tested is in libraries; the tests themselves only have to compile quickly.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  target_link_libraries(${name} PRIVATE lockstep_cli lockstep_test_support GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE LOCKSTEP_GOLDEN_DIR="${PROJECT_SOURCE_DIR}/tests/golden"
    LOCKSTEP_SOURCE_DIR="${PROJECT_SOURCE_DIR}" LOCKSTEP_TOOL="${PROJECT_BINARY_DIR}/lockstep")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 30 PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
