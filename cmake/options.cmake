# pico_options carries what every translation unit of ours is compiled with.
add_library(pico_options INTERFACE)
target_compile_features(pico_options INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Set here rather than by CMake's properties: libraries and executables must agree for the shared precompiled header to be used.
target_compile_options(pico_options INTERFACE -fPIE -pthread)
target_link_options(pico_options INTERFACE -pie -pthread)

# Line tables are enough for a stack trace and keep the build small and quick.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")

target_compile_options(pico_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # GCC 12 reports these falsely inside std and Asio
  target_compile_options(pico_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-null-dereference)
endif()
# Designated initializers leave the other members at their defaults on purpose.
target_compile_options(pico_options INTERFACE -Wno-missing-field-initializers)
if(PICO_WERROR)
  target_compile_options(pico_options INTERFACE -Werror)
endif()

if(PICO_SANITIZE STREQUAL "address")
  target_compile_options(pico_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pico_options INTERFACE -fsanitize=address,undefined)
elseif(PICO_SANITIZE STREQUAL "fuzzer")
  target_compile_options(pico_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pico_options INTERFACE -fsanitize=address,undefined)
elseif(PICO_SANITIZE STREQUAL "thread")
  # -Wtsan: Asio uses std::atomic_thread_fence, which TSan does not model (asio #1193).
  target_compile_options(pico_options INTERFACE -fsanitize=thread -Wno-error=tsan -Wno-tsan)
  target_link_options(pico_options INTERFACE -fsanitize=thread)
else()
  target_compile_options(pico_options INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(pico_options INTERFACE -fcf-protection)
  endif()
  target_link_options(pico_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# ccache sees through precompiled headers only with these settings.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
    CCACHE_NOHASHDIR=1 ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(pico_options INTERFACE -fpch-preprocess)
  else()
    target_compile_options(pico_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()
