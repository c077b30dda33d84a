# One precompiled header for all modules: the standard headers nearly every file includes.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
add_library(pico_pch STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(pico_pch PRIVATE pico_options)
target_precompile_headers(pico_pch PRIVATE
  <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <filesystem> <functional> <map> <memory> <mutex>
  <optional> <span> <string> <string_view> <thread> <unordered_map> <variant> <vector>)

# pico_module(NAME SOURCES a.cpp … PUBLIC libs… PRIVATE libs…)
# The module's contract is include/pico/NAME, its sources are src/NAME and private to it.
function(pico_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  set(target pico_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC pico_options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  target_precompile_headers(${target} REUSE_FROM pico_pch)
endfunction()

# pico_unit_test(MODULE SOURCES a_test.cpp … LIBS libs…): one executable and one ctest entry per module.
# A test may include the private headers of the module it tests.
function(pico_unit_test module)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  set(target ${module}_test)
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src/${module} ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE pico_${module} ${arg_LIBS} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${target} REUSE_FROM pico_pch)
  add_test(NAME ${module} COMMAND ${target} --gtest_brief=1 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${module} PROPERTIES TIMEOUT 300)
endfunction()
