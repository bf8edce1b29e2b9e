# lockstep_embed_texts(TARGET FOLDER HEADER FUNCTION)
#
# Compiles the Markdown files of FOLDER into TARGET: `std::string_view FUNCTION(std::string_view name)`, which HEADER
# declares in lockstep::explain, gives the text of the file NAME.md, empty if there is none.
function(lockstep_embed_texts target folder header function)
  file(GLOB files CONFIGURE_DEPENDS "${folder}/*.md")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${files}")
  set(code "// Made by cmake/LockstepEmbed.cmake from ${folder}.\n#include \"${header}\"\n\nnamespace lockstep::explain {\n\n")
  string(APPEND code "std::string_view ${function}(std::string_view name) {\n")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    get_filename_component(name "${file}" NAME_WE)
    string(APPEND code "  if (name == \"${name}\") return R\"~~~(${text})~~~\";\n")
  endforeach()
  string(APPEND code "  return {};\n}\n\n}  // namespace lockstep::explain\n")
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp" CONTENT "@code@" @ONLY)
  target_sources(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp")
endfunction()
