# Node's addon, built where the headers are given: SIDESTEP_NODE_API="…/node-api-headers/include;…/node-addon-api".
# It speaks Node-API 8 alone, so one file serves every Node from 20 on.
file(GLOB binding_sources CONFIGURE_DEPENDS native/binding/*.cpp)
add_library(sidestep_node MODULE ${binding_sources})
set_target_properties(sidestep_node PROPERTIES
  PREFIX "" SUFFIX ".node" OUTPUT_NAME sidestep
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/Release
  LIBRARY_OUTPUT_DIRECTORY_RELEASE ${CMAKE_BINARY_DIR}/Release)
target_include_directories(sidestep_node SYSTEM PRIVATE ${SIDESTEP_NODE_API})
target_compile_definitions(sidestep_node PRIVATE NAPI_VERSION=8 NODE_ADDON_API_CPP_EXCEPTIONS)
target_link_libraries(sidestep_node PRIVATE sidestep_training)

# Node's own functions are found in the program that loads the addon: Linux asks nothing, Apple's linker needs a flag, and
# Windows wants a library of their names.
if(APPLE)
  target_link_options(sidestep_node PRIVATE -undefined dynamic_lookup)
elseif(WIN32)
  list(GET SIDESTEP_NODE_API 0 node_api_include)
  set(node_library ${CMAKE_BINARY_DIR}/node_api.lib)
  set(node_names ${node_api_include}/../def/node_api.def)
  cmake_path(GET CMAKE_CXX_COMPILER PARENT_PATH compiler_folder)
  find_program(SIDESTEP_DLLTOOL llvm-dlltool HINTS ${compiler_folder})
  if(MSVC AND SIDESTEP_DLLTOOL)  # LLVM 14's librarian takes no list of names; later ones do, as Microsoft's
    set(make_library ${SIDESTEP_DLLTOOL} -m i386:x86-64 -d ${node_names} -l ${node_library})
  elseif(MSVC)
    set(make_library ${CMAKE_AR} /nologo /machine:x64 /def:${node_names} /out:${node_library})
  else()
    set(make_library ${CMAKE_DLLTOOL} --input-def ${node_names} --output-lib ${node_library})
  endif()
  add_custom_command(OUTPUT ${node_library} COMMAND ${make_library} DEPENDS ${node_names} VERBATIM)
  add_custom_target(sidestep_node_api DEPENDS ${node_library})
  add_dependencies(sidestep_node sidestep_node_api)
  target_link_libraries(sidestep_node PRIVATE ${node_library})
endif()

if(TARGET sidestep_cuda)
  # The addon looks for the plugin beside itself.
  set_target_properties(sidestep_cuda PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/Release)
  add_dependencies(sidestep_node sidestep_cuda)
endif()
