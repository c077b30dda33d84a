# pico_embed(TARGET NAMESPACE HEADER_NAME [BASE dir] FILES a b …)
# Puts the files into TARGET's read-only data. The generated header <HEADER_NAME> declares, in NAMESPACE,
#   std::span<const pico::EmbeddedFile> files();      (type: pico/core/embedded_file.hpp)
# in the order given, each named by its path relative to BASE (the source folder by default).
function(pico_embed target namespace header)
  cmake_parse_arguments(arg "" "BASE" "FILES" ${ARGN})
  if(NOT arg_BASE)
    set(arg_BASE ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/embedded/${header})
  string(MAKE_C_IDENTIFIER "pico_${target}_${header}" symbol)
  set(asm ".section .note.GNU-stack,\"\",%progbits\n.section .rodata\n")
  set(declarations "")
  set(rows "")
  set(index 0)
  set(paths "")
  foreach(file ${arg_FILES})
    get_filename_component(path ${file} ABSOLUTE BASE_DIR ${arg_BASE})
    file(RELATIVE_PATH name ${arg_BASE} ${path})
    set(s ${symbol}_${index})
    string(APPEND asm ".global ${s}_begin\n.global ${s}_end\n.balign 16\n${s}_begin:\n.incbin \"${path}\"\n${s}_end:\n.byte 0\n")
    string(APPEND declarations "extern \"C\" const char ${s}_begin[];\nextern \"C\" const char ${s}_end[];\n")
    string(APPEND rows "      {\"${name}\", {${s}_begin, static_cast<std::size_t>(${s}_end - ${s}_begin)}},\n")
    list(APPEND paths ${path})
    math(EXPR index "${index} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${dir}/data.S CONTENT "${asm}" @ONLY)
  set_source_files_properties(${dir}/data.S PROPERTIES OBJECT_DEPENDS "${paths}")
  file(CONFIGURE OUTPUT ${dir}/include/${header} @ONLY CONTENT
"#pragma once
#include <pico/core/embedded_file.hpp>
#include <span>
namespace ${namespace} {
std::span<const pico::EmbeddedFile> files();
}
")
  file(CONFIGURE OUTPUT ${dir}/data.cpp @ONLY CONTENT
"#include <${header}>
${declarations}
namespace ${namespace} {
std::span<const pico::EmbeddedFile> files() {
  static const pico::EmbeddedFile all[] = {
${rows}  };
  return all;
}
}
")
  target_sources(${target} PRIVATE ${dir}/data.S ${dir}/data.cpp)
  target_include_directories(${target} PRIVATE ${dir}/include)
endfunction()
