# SIDESTEP_PORTABLE=ON: binaries for other people's machines. The C++ runtime is inside and hidden, nothing of a newer system than
# promised is asked for, symbols are stripped. scripts/release/check-binary.mjs holds the result against that.
function(sidestep_portable target)
  if(MSVC)
    set_target_properties(${target} PROPERTIES MSVC_RUNTIME_LIBRARY MultiThreaded)
    return()
  endif()
  if(APPLE)
    target_link_options(${target} PRIVATE -Wl,-x)
    return()  # the C++ runtime belongs to the system
  endif()
  if(SIDESTEP_ZIG)
    target_link_options(${target} PRIVATE -s)
    return()  # its C++ runtime is always inside and hidden, and the C library it links with is the one that its target names
  endif()
  # Hidden: Node brings a C++ runtime of its own, whose functions would otherwise be taken in place of these. libgcc_s stays
  # shared on Linux (Node needs it too): exceptions cross from the plugin to the addon.
  target_link_options(${target} PRIVATE -static-libstdc++ -Wl,--exclude-libs,ALL -s)
  if(WIN32)
    target_link_options(${target} PRIVATE -static)
    return()
  endif()
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -dumpmachine COMMAND_ERROR_IS_FATAL ANY OUTPUT_VARIABLE machine OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(machine MATCHES "musl")
    return()
  endif()
  set(old_glibc ${CMAKE_SOURCE_DIR}/native/portable/old_glibc.cpp)
  target_sources(${target} PRIVATE ${old_glibc})
  file(STRINGS ${old_glibc} lines REGEX "^OLD\\(|__wrap_[a-z0-9_]+\\(.*{")
  foreach(line ${lines})
    if(line MATCHES "^OLD\\([^,]+, ([a-z0-9_]+),")
      target_link_options(${target} PRIVATE -Wl,--wrap=${CMAKE_MATCH_1})
    elseif(line MATCHES "__wrap_([a-z0-9_]+)\\(")
      target_link_options(${target} PRIVATE -Wl,--wrap=${CMAKE_MATCH_1})
    endif()
  endforeach()
endfunction()

foreach(target sidestep_node sidestep_cuda sidestep_fake_cuda)  # the last takes the real plugin's place where a release is tried
  if(TARGET ${target})
    sidestep_portable(${target})
  endif()
endforeach()
