#pragma once
#include "bench/arguments.h"

namespace sidestep::bench {

/// `op NAME…`: every case of these ops (`all`: of every op), with its FLOPs, bytes and share of the ceilings measured in the
/// same run.
int op_command(const std::vector<std::string>& words);

}  // namespace sidestep::bench
