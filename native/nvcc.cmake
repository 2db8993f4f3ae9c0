# Which nvcc: of several toolkits the one that was named, in any of the ways that CMake's users know. CMAKE_CUDA_COMPILER is it
# afterwards, or is not set where there is none.
function(sidestep_find_nvcc)
  if(CMAKE_CUDA_COMPILER)
    return()
  endif()
  set(nvcc "$ENV{CUDACXX}")
  if(nvcc STREQUAL "")
    find_program(SIDESTEP_NVCC nvcc HINTS ${CUDAToolkit_ROOT} ENV CUDAToolkit_ROOT ENV CUDA_PATH PATHS /usr/local/cuda/bin /opt/cuda/bin
      PATH_SUFFIXES bin)
    set(nvcc "${SIDESTEP_NVCC}")
  endif()
  if(nvcc)
    set(CMAKE_CUDA_COMPILER "${nvcc}" CACHE FILEPATH "nvcc" FORCE)
  endif()
endfunction()
