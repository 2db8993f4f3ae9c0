# What the engine asks of a compiler, in the words of each: GCC, clang and Apple's clang; clang-cl, which speaks Microsoft's. MSVC itself has
# neither GCC's vectors nor its builtins.
if(MSVC AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "The engine is not made for MSVC. Install \"C++ Clang tools for Windows\" with Visual Studio's installer and configure with "
    "-T ClangCL, or with -G Ninja -DCMAKE_CXX_COMPILER=clang-cl from a developer prompt; MinGW-w64 (GCC 12 or newer) works as well.")
endif()
if(APPLE AND NOT CMAKE_OSX_DEPLOYMENT_TARGET)
  # std::to_chars for doubles is in macOS since 13.3.
  set(CMAKE_OSX_DEPLOYMENT_TARGET 13.3 CACHE STRING "Oldest macOS" FORCE)
endif()

add_library(sidestep_options INTERFACE)
set(warnings -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror=switch)
if(CMAKE_CXX_COMPILER_FRONTEND_VARIANT STREQUAL "MSVC")
  # To clang-cl, -Wall means every warning there is. It knows -m options by their names and needs a prefix for the rest of GCC's.
  set(compile_options /W4 ${warnings} /clang:-fno-math-errno /clang:-ffp-contract=off)
  set(warnings_are_errors /WX)
  set(CMAKE_MSVC_RUNTIME_LIBRARY "MultiThreaded$<$<CONFIG:Debug>:Debug>")  # nothing to install beside the engine
  target_compile_definitions(sidestep_options INTERFACE _CRT_SECURE_NO_WARNINGS)  # getenv, strerror
else()
  set(compile_options -Wall ${warnings} -fno-math-errno -ffp-contract=off)
  set(warnings_are_errors -Werror)
endif()
# Ops are structs with defaults, written with designated initialisers: a member left out is meant.
list(APPEND compile_options -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlapping copies in std::string concatenation where there are none (GCC bug 105651), and reads of unset members when a
  # std::variant is moved (105593).
  list(APPEND compile_options -Wno-restrict -Wno-maybe-uninitialized)
  # GCC's own AVX-512 header leaves "undefined" operands uninitialised and warns about itself (105593).
  set(gcc_avx512_noise -Wno-uninitialized -Wno-maybe-uninitialized)
  if(WIN32)
    # GCC aligns no stack for vectors on Windows (GCC bug 54412), but moves them as if it did.
    list(APPEND compile_options -Wa,-muse-unaligned-vector-move)
  endif()
endif()
if(WIN32)
  target_compile_definitions(sidestep_options INTERFACE _WIN32_WINNT=0x0A00)
  if(MINGW)
    target_link_options(sidestep_options INTERFACE -static)  # as above
  endif()
  target_link_libraries(sidestep_options INTERFACE psapi ws2_32)
endif()
target_compile_options(sidestep_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${compile_options}>)
if(SIDESTEP_WERROR)
  target_compile_options(sidestep_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${warnings_are_errors}>)
endif()

# Kernels for one instruction set live in their own files and are chosen at run time.
set(avx2_options -mavx2 -mfma -mf16c)
set(avx512_options -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma -mf16c -mprefer-vector-width=512 ${gcc_avx512_noise})
if(CMAKE_CXX_COMPILER_FRONTEND_VARIANT STREQUAL "MSVC")
  list(TRANSFORM avx512_options REPLACE "^-mprefer" "/clang:-mprefer")
endif()
if(APPLE AND CMAKE_OSX_ARCHITECTURES)
  # One file for several processors: each half takes what is its own, and the sources ask the compiler which half they are.
  list(TRANSFORM avx2_options PREPEND "SHELL:-Xarch_x86_64 ")
  list(TRANSFORM avx512_options PREPEND "SHELL:-Xarch_x86_64 ")
  set(sidestep_builds_x86 TRUE)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(sidestep_builds_x86 TRUE)
endif()
function(sidestep_instruction_sets)
  if(NOT sidestep_builds_x86)
    return()
  endif()
  foreach(source ${ARGN})
    if(source MATCHES "_avx2\\.cpp$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${avx2_options}" SKIP_PRECOMPILE_HEADERS ON)
    elseif(source MATCHES "_avx512\\.cpp$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${avx512_options}" SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()

# The folders of native/*/ and native/core/platform that this system's build takes.
if(WIN32)
  set(SIDESTEP_PLATFORM windows)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(SIDESTEP_PLATFORM posix linux)
else()
  set(SIDESTEP_PLATFORM posix kqueue)
endif()
function(sidestep_platform_sources result folder)
  foreach(platform ${SIDESTEP_PLATFORM})
    file(GLOB found CONFIGURE_DEPENDS ${folder}/${platform}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  set(${result} ${sources} PARENT_SCOPE)
endfunction()
