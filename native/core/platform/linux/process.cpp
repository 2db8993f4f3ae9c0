// What Linux alone offers.
#include "core/platform/process.h"

#include <sys/prctl.h>

#include <csignal>
#include <fstream>
#include <string>

namespace sidestep::platform {

void end_with_parent() { ::prctl(PR_SET_PDEATHSIG, SIGKILL); }

double peak_resident_bytes() {
  std::ifstream status("/proc/self/status");  // getrusage counts what was there before this program began as well
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024;
  return 0;
}

}  // namespace sidestep::platform
