# Cross-compiling with Zig's clang, which carries libc++ and the C library of many systems (scripts/check-systems.sh brings one):
#   ZIG=.../zig ZIG_TARGET=x86_64-linux-musl cmake -S . -B build-musl -G Ninja -DCMAKE_TOOLCHAIN_FILE=native/zig.cmake -DSIDESTEP_CUDA=OFF
set(zig "$ENV{ZIG}")
set(zig_target "$ENV{ZIG_TARGET}")
set(SIDESTEP_ZIG ON)  # native/portable.cmake asks
if(zig_target MATCHES "macos")
  set(CMAKE_SYSTEM_NAME Darwin)
else()
  set(CMAKE_SYSTEM_NAME Linux)
endif()
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR "${zig_target}")
# -g0: without a word on it Zig adds debug information; and checks of undefined behaviour, which have a build of their own.
set(CMAKE_CXX_COMPILER "${zig}" c++ -target "${zig_target}" -g0 -fno-sanitize=undefined)
set(CMAKE_CXX_COMPILER_TARGET)
set(CMAKE_AR "${zig}")
set(CMAKE_RANLIB "${zig}")
set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> ar qc <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_APPEND "<CMAKE_AR> ar q <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "<CMAKE_RANLIB> ranlib <TARGET>")
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE NEVER)
