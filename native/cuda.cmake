# The CUDA plugin: all native/**/*_cuda.cu in one shared object beside the program or addon that loads it.
#   SIDESTEP_CUDA=AUTO  built where nvcc and an NVIDIA device are found; says why not in one line otherwise
#   SIDESTEP_CUDA=ON    built, or the configuration fails; no card is needed to build
#   SIDESTEP_CUDA=OFF   not built
# cuBLASLt is not linked: the plugin opens it when the first product needs it (ops/cublaslt_cuda.h).
set(SIDESTEP_CUDA_ARCHS "" CACHE STRING "CUDA architectures, e.g. 80-real;90-real (default: this machine's card, else all supported)")

option(SIDESTEP_CUDA_REPORT "Keep what the assembler says of each kernel, for scripts/check-kernels.sh" OFF)

include(${CMAKE_CURRENT_LIST_DIR}/nvcc.cmake)

function(sidestep_find_cuda result reason)
  set(${result} OFF PARENT_SCOPE)
  if(SIDESTEP_CUDA STREQUAL "OFF")
    set(${reason} "switched off" PARENT_SCOPE)
    return()
  endif()
  sidestep_find_nvcc()
  if(NOT CMAKE_CUDA_COMPILER)
    set(${reason} "nvcc was not found" PARENT_SCOPE)
    return()
  endif()
  if(SIDESTEP_CUDA STREQUAL "AUTO" AND NOT EXISTS /dev/nvidiactl AND NOT EXISTS /dev/dxg)
    set(${reason} "no NVIDIA device here; SIDESTEP_CUDA=ON builds it all the same" PARENT_SCOPE)
    return()
  endif()
  set(${result} ON PARENT_SCOPE)
endfunction()

sidestep_find_cuda(cuda_found cuda_reason)
if(NOT cuda_found)
  if(SIDESTEP_CUDA STREQUAL "ON")
    message(FATAL_ERROR "The CUDA plugin cannot be built: ${cuda_reason}")
  endif()
  message(STATUS "CUDA plugin: not built (${cuda_reason})")
  return()
endif()

if(SIDESTEP_CUDA_ARCHS)
  set(CMAKE_CUDA_ARCHITECTURES ${SIDESTEP_CUDA_ARCHS})
elseif(EXISTS /dev/nvidiactl OR EXISTS /dev/dxg)
  set(CMAKE_CUDA_ARCHITECTURES native)
else()
  set(CMAKE_CUDA_ARCHITECTURES 80-real 86-real 89-real 90)  # with PTX for later cards
endif()
enable_language(CUDA)
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake before 3.26 does not know that nvcc has C++20
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
endif()
find_package(CUDAToolkit REQUIRED)
if(NOT SIDESTEP_CUDA_ARCHS AND NOT CMAKE_CUDA_ARCHITECTURES STREQUAL "native" AND CUDAToolkit_VERSION VERSION_GREATER_EQUAL 12.8)
  set(CMAKE_CUDA_ARCHITECTURES 80-real 86-real 89-real 90-real 100-real 120)
endif()
message(STATUS "CUDA plugin: nvcc ${CUDAToolkit_VERSION}, architectures ${CMAKE_CUDA_ARCHITECTURES}")

function(sidestep_cuda_options target)
  set_target_properties(${target} PROPERTIES
    PREFIX "" CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON CUDA_VISIBILITY_PRESET hidden
    CUDA_RUNTIME_LIBRARY Static)
  # Kernels share constexpr arithmetic with the host (bands, counters). No --use_fast_math: the same bounds hold on both backends.
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr -diag-suppress=554 -lineinfo>)
  if(MSVC)  # nvcc takes no other host compiler on Windows
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Xcompiler=/W3,/Zc:preprocessor,/bigobj>")
  else()
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>)
  endif()
  if(SIDESTEP_WERROR)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>)
  endif()
  if(SIDESTEP_CUDA_REPORT)
    set_target_properties(${target} PROPERTIES CUDA_COMPILER_LAUNCHER "${CMAKE_SOURCE_DIR}/scripts/keep-kernel-report.sh;${CMAKE_CUDA_COMPILER_LAUNCHER}")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-Xptxas=-v>)
  endif()
endfunction()

file(GLOB_RECURSE cuda_sources CONFIGURE_DEPENDS native/*_cuda.cu native/*_cuda.cpp)
# What compute capability 9.0 alone has is compiled for it alone, whatever else is: the plugin asks the card which kernels it takes.
set(hopper_sources ${cuda_sources})
list(FILTER hopper_sources INCLUDE REGEX "_hopper_cuda\\.cu$")
list(REMOVE_ITEM cuda_sources ${hopper_sources})
add_library(sidestep_cuda_hopper OBJECT ${hopper_sources})
set_target_properties(sidestep_cuda_hopper PROPERTIES CUDA_ARCHITECTURES 90a-real)
add_library(sidestep_cuda MODULE ${cuda_sources} $<TARGET_OBJECTS:sidestep_cuda_hopper>)
sidestep_cuda_options(sidestep_cuda)
sidestep_cuda_options(sidestep_cuda_hopper)
set_target_properties(sidestep_cuda_hopper PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_link_libraries(sidestep_cuda_hopper PRIVATE CUDA::cudart_static)
target_include_directories(sidestep_cuda_hopper PRIVATE native)
target_link_libraries(sidestep_cuda PRIVATE sidestep_ops CUDA::cudart_static ${CMAKE_DL_LIBS})
# Only the entry point is seen from outside, and nothing else of the engine's own code is carried along.
if(NOT MSVC)  # which exports nothing that is not asked for
  target_link_options(sidestep_cuda PRIVATE -Wl,--gc-sections -Wl,--exclude-libs,ALL)
endif()
