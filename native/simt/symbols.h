#pragma once
#include <string>
#include <vector>

namespace sidestep::simt {

/// What the source calls a kernel, template arguments included: from the symbol table of the shared object that holds it.
std::string kernel_name(const void* kernel);
/// All kernels of the shared object, sorted.
std::vector<std::string> kernel_names();

}  // namespace sidestep::simt
