#pragma once
#include <string>

#include "simt/queue_kernel.h"

namespace sidestep::simt {

// What was launched, for SIDESTEP_SIMT_REPORT. When the program ends, a line each is added to that file:
//   kernel NAME                                 every kernel of the plugin, launched or not
//   launched LAUNCHES BLOCKS THREADS NAME       those that were
//   product CALLS NAME                          products by the library: its types and epilogue
//   block THREADS BYTES NAME                    of each that was launched: threads of a block and its dynamic shared memory, at
//   most
void report_launch(const Shape& shape);
void report_product(const std::string& name);

}  // namespace sidestep::simt
