# lockstep_add_check(<target> [ARGS <arg>...] [OPTIONS <option>...] [EXPECT_FAIL] [TIMEOUT <seconds>])
#
# Builds the executable <target> with the instrumentation that Lockstep reads (-fsanitize=thread, debug information) and
# registers the test `lockstep.check.<target>`, which runs
#
#   lockstep check <OPTIONS> -- <target> <ARGS>
#
# The test passes when no bug was found; with EXPECT_FAIL it passes when one was found (exit status 1), and not when
# the check could not be done. TIMEOUT (default 300) is CTest's; Lockstep's own budget is OPTIONS --time 30s.
# The target stays an ordinary program: run directly, it runs under GCC's or Clang's ThreadSanitizer.
# A target that calls lockstep::check(…) itself links lockstep::check and is registered with add_test as usual.
#
#   add_executable(queue_test queue_test.cpp)
#   lockstep_add_check(queue_test OPTIONS --require-complete)

include_guard(GLOBAL)

function(lockstep_add_check target)
  cmake_parse_arguments(PARSE_ARGV 1 check "EXPECT_FAIL" "TIMEOUT" "ARGS;OPTIONS")
  if(check_UNPARSED_ARGUMENTS OR check_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "lockstep_add_check(${target}): cannot make sense of: "
      "${check_UNPARSED_ARGUMENTS} ${check_KEYWORDS_MISSING_VALUES}")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "lockstep_add_check(${target}): there is no such target")
  endif()
  if(NOT check_TIMEOUT)
    set(check_TIMEOUT 300)
  endif()

  _lockstep_instrument(${target})

  set(command "${LOCKSTEP_EXECUTABLE}" check ${check_OPTIONS} -- "$<TARGET_FILE:${target}>" ${check_ARGS})
  if(check_EXPECT_FAIL)
    # CTest's WILL_FAIL would also accept a wrong option or a program that could not be started.
    set(command sh -c "\"$@\" && status=0 || status=$?; test $status -eq 1" sh ${command})
  endif()
  add_test(NAME lockstep.check.${target} COMMAND ${command})
  set_tests_properties(lockstep.check.${target} PROPERTIES TIMEOUT ${check_TIMEOUT} LABELS lockstep)
endfunction()

# The flags for one target, as the wrapper lockstep-c++ gives them.
function(_lockstep_instrument target)
  # Neither optimised nor not: a build without a type gets what the checker is fastest with and the report still reads well.
  target_compile_options(${target} PRIVATE -fsanitize=thread -g $<$<CONFIG:>:-O1>)
  target_link_options(${target} PRIVATE -fsanitize=thread)
  target_include_directories(${target} PRIVATE "${lockstep_INCLUDE_DIR}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # GCC warns that its own runtime does not model fences; Lockstep does.
    target_compile_options(${target} PRIVATE
      $<$<OR:$<CXX_COMPILER_ID:GNU>,$<C_COMPILER_ID:GNU>>:-Wno-tsan>)
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" OR CMAKE_C_COMPILER_ID MATCHES "Clang")
    # Clang links its runtime statically unless told otherwise, and keeps the shared one out of the loader's path.
    set(compiler "${CMAKE_CXX_COMPILER}")
    if(NOT compiler)
      set(compiler "${CMAKE_C_COMPILER}")
    endif()
    execute_process(COMMAND "${compiler}" -print-file-name=libclang_rt.tsan-x86_64.so
      OUTPUT_VARIABLE runtime OUTPUT_STRIP_TRAILING_WHITESPACE)
    cmake_path(GET runtime PARENT_PATH runtime_dir)
    target_link_options(${target} PRIVATE -shared-libsan "LINKER:-rpath,${runtime_dir}")
  endif()
endfunction()
